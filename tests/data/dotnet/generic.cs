class A<T>{ T a; B<A<T>> F(T[,] x){return null;} class B<U>{} }

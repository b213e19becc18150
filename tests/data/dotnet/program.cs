class A{static void Main(){}}

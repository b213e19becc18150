// What an assembly can hold, for the tests of src/format/dotnet*.c. See make.sh.
using System;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.InteropServices;

[assembly: AssemblyVersion("1.2.3.4")]
[assembly: Guid("12345678-90ab-cdef-1234-567890abcdef")]

namespace Outer.Space {
	public interface IShape<in T> : IDisposable {
		int Area(T of);
	}
	public enum Colour : byte { Red, Green }
	public delegate string Speak(int[] words, ref double volume, out Colour colour);
	[StructLayout(LayoutKind.Explicit)]
	public struct Union {
		[FieldOffset(0)] public int Whole;
		[FieldOffset(2)] public short Half;
	}
	public abstract class Base<K, V> : IEnumerable<KeyValuePair<K, V[]>> where K : class {
		protected abstract V Get(K key);
		protected internal virtual void Set(K key, V value) {}
		internal static M Make<M, N>(Dictionary<K, List<M>> from, N other, V v) { return default(M); }
		public IEnumerator<KeyValuePair<K, V[]>> GetEnumerator() { return null; }
		System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() { return null; }
		public class Inner {
			private sealed class Deep<Q> { K k; Q q; public Q Of(K a, V b, Q c) { return c; } }
			protected struct Plain {}
		}
	}
	sealed class Derived : Base<string, int[,,]>, IShape<object> {
		public const string Text = "a constant";
		public const int Number = 42;
		static readonly byte[] data = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
		[DllImport("libc.so.6")] private static extern IntPtr getenv(string name);
		[DllImport("kernel32")] static extern unsafe void* Alloc(UIntPtr size, byte** to);
		static Derived() { Console.WriteLine("a literal"); }
		protected override int[,,] Get(string key) { return null; }
		int IShape<object>.Area(object of) { return data.Length; }
		public void Dispose() {}
		public void Any(TypedReference t, sbyte a, ushort b, uint c, long d, ulong e, float f, char g, bool h) {}
		public void Many(int[][] jagged, int?[] maybe, Union u, params object[] rest) {}
	}
}

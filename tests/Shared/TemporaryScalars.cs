using System.Reflection;
using TorchSharp;

namespace UaaGan.Tests.Shared;

/// <summary>
/// Finds calls into TorchSharp that make a Scalar which nothing holds while native code reads it (see UaaGan.Networks.Number).
/// BannedSymbols.txt refuses the common ones while compiling; this sees the rest in compiled code: compound assignments, loops, layers,
/// and whatever makes a Scalar deep inside TorchSharp.
/// </summary>
internal static class TemporaryScalars
{
    private static readonly Assembly Torch = typeof(Scalar).Assembly;

    private static readonly Lazy<HashSet<int>> Makers = new(FindMakers);

    /// <summary>One line a call, "where: what"; empty is as it should be.</summary>
    /// <param name="assembly">What is searched.</param>
    /// <param name="allowed">Methods that may, as Namespace.Type.Method.</param>
    public static IReadOnlyList<string> In(Assembly assembly, params IReadOnlyList<string> allowed) => In(CalledMethods.All(assembly), allowed);

    /// <summary>The same, in some methods.</summary>
    public static IReadOnlyList<string> In(IEnumerable<MethodBase> methods, params IReadOnlyList<string> allowed) =>
    [
        .. from method in methods
           let name = $"{method.DeclaringType}.{method.Name}"
           where !allowed.Contains(name)
           from called in CalledMethods.Of(method)
           where called.Module.Assembly == Torch && Makers.Value.Contains(called.MetadataToken)
           select $"{name}: {called.DeclaringType}.{called}",
    ];

    /// <summary>
    /// The tokens of TorchSharp's methods that reach the constructor of Scalar. Making an object counts as calling what it overrides, since
    /// a layer is called through its base class.
    /// </summary>
    private static HashSet<int> FindMakers()
    {
        var callers = new Dictionary<int, List<int>>();
        void Add(int called, int caller)
        {
            if (!callers.TryGetValue(called, out var list))
                callers[called] = list = [];
            list.Add(caller);
        }

        foreach (var method in CalledMethods.All(Torch))
        {
            foreach (var called in CalledMethods.Of(method).Where(called => called.Module.Assembly == Torch))
                Add(called.MetadataToken, method.MetadataToken);
            if (method is MethodInfo { IsVirtual: true, IsAbstract: false } && method.DeclaringType is { IsClass: true } type)
            {
                foreach (var constructor in type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                    Add(method.MetadataToken, constructor.MetadataToken);
            }
        }

        HashSet<int> makers = [];
        var open = new Stack<int>(typeof(Scalar).GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic).Select(made => made.MetadataToken));
        while (open.TryPop(out var method))
        {
            if (!makers.Add(method))
                continue;
            foreach (var caller in callers.GetValueOrDefault(method, []))
                open.Push(caller);
        }
        return makers;
    }
}

using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;

namespace UaaGan.Tests.Shared;

/// <summary>Reads from compiled code which methods a method names: those it calls, and those it makes delegates of.</summary>
internal static class CalledMethods
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private const byte TwoBytePrefix = 0xFE;

    private static readonly FrozenDictionary<short, OpCode> OpCodes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToFrozenDictionary(code => code.Value);

    /// <summary>The methods and constructors of an assembly, those of lambdas and iterators included.</summary>
    public static IEnumerable<MethodBase> All(Assembly assembly) =>
        assembly.GetTypes().SelectMany(type => type.GetMembers(Declared)).OfType<MethodBase>();

    /// <summary>What the body of a method names, in order; nothing where it has no body.</summary>
    public static IEnumerable<MethodBase> Of(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        var typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var i = 0; i < code.Length;)
        {
            short value = code[i++];
            if (value == TwoBytePrefix)
                value = (short)(TwoBytePrefix << 8 | code[i++]);
            var operand = OpCodes[value].OperandType;
            if (operand == OperandType.InlineMethod)
                yield return method.Module.ResolveMethod(BitConverter.ToInt32(code, i), typeArguments, methodArguments)!;
            i += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, i),
                _ => 4,
            };
        }
    }
}

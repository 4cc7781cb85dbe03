using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using UaaGan.Failures;

namespace UaaGan.Pickle;

/// <summary>
/// A machine for pickles of protocols 0 to 5. It builds tuples (object[]), lists and sets (List), dictionaries, texts, whole numbers,
/// fractions and truth values; a name is looked up by <see cref="IPickleObjects"/> and nowhere else, so that nothing of a file is run,
/// imported or created. It has no recursion, and takes one step for each operation of the file.
/// </summary>
internal sealed class PickleReader(FileWindow input, ReadBudget budget, IPickleObjects objects)
{
    private const int LastProtocol = 5, LongestNumber = 32, LongestDigits = 80;

    /// <summary>What an object costs with its place among the others, at most.</summary>
    private const int NumberBytes = 24, NameBytes = 64, ContainerBytes = 400, ItemBytes = 32, PairBytes = 500;

    private static readonly object True = true, False = false;

    private readonly PickleStack _stack = new(budget);
    private readonly PickleMemo _memo = new(input.Length, budget);

    /// <summary>Runs until STOP.</summary>
    /// <exception cref="FailureException">Of <see cref="ReadBudget.Faults"/>: the file is damaged, or asks for what is refused or not known.</exception>
    public object? Read()
    {
        while (true)
        {
            var opcode = (PickleOpcode)input.Byte();
            if (opcode == PickleOpcode.Stop) return _stack.Pop();
            if (!Scalar(opcode) && !Text(opcode) && !Container(opcode) && !Machine(opcode)) throw Refused(opcode);
        }
    }

    private bool Scalar(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.None: _stack.Push(null); return true;
            case PickleOpcode.NewTrue: _stack.Push(True); return true;
            case PickleOpcode.NewFalse: _stack.Push(False); return true;
            case PickleOpcode.BinInt: PushNumber((int)input.Number(4)); return true;
            case PickleOpcode.BinInt1: PushNumber(input.Byte()); return true;
            case PickleOpcode.BinInt2: PushNumber((long)input.Number(2)); return true;
            case PickleOpcode.Int: PushInt(input.Line()); return true;
            case PickleOpcode.Long: PushBig(Digits(input.Line().TrimEnd('L'))); return true;
            case PickleOpcode.Long1: PushBig(BigNumber(input.Byte())); return true;
            case PickleOpcode.Long4: PushBig(BigNumber(input.Number(4))); return true;
            case PickleOpcode.Float: PushFraction(Fraction(input.Line())); return true;
            case PickleOpcode.BinFloat: PushFraction(BigEndianDouble(input.Number(8))); return true;
            default: return false;
        }
    }

    private bool Text(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.BinUnicode: _stack.Push(input.Utf8(input.Number(4))); return true;
            case PickleOpcode.ShortBinUnicode: _stack.Push(input.Utf8(input.Byte())); return true;
            case PickleOpcode.BinUnicode8: _stack.Push(input.Utf8(input.Number(8))); return true;
            case PickleOpcode.BinString: _stack.Push(input.Latin1(input.Number(4))); return true;
            case PickleOpcode.ShortBinString: _stack.Push(input.Latin1(input.Byte())); return true;
            case PickleOpcode.Unicode: _stack.Push(Unescaped(input.Line())); return true;
            case PickleOpcode.String: _stack.Push(Unquoted(Unescaped(input.Line()))); return true;
            case PickleOpcode.BinBytes: PushOpaque(input.Number(4)); return true;
            case PickleOpcode.ShortBinBytes: PushOpaque(input.Byte()); return true;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8: PushOpaque(input.Number(8)); return true;
            default: return false;
        }
    }

    private bool Container(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.EmptyTuple: _stack.Push(Array.Empty<object?>()); return true;
            case PickleOpcode.Tuple1: _stack.Push(_stack.PopTuple(1)); return true;
            case PickleOpcode.Tuple2: _stack.Push(_stack.PopTuple(2)); return true;
            case PickleOpcode.Tuple3: _stack.Push(_stack.PopTuple(3)); return true;
            case PickleOpcode.Tuple: _stack.Push(_stack.PopTuple()); return true;
            case PickleOpcode.EmptyList or PickleOpcode.EmptySet: _stack.Push(NewList([])); return true;
            case PickleOpcode.List or PickleOpcode.FrozenSet: _stack.Push(NewList(_stack.PopToMark())); return true;
            case PickleOpcode.Append: Append(opcode, [_stack.Pop()]); return true;
            case PickleOpcode.Appends or PickleOpcode.AddItems: Append(opcode, _stack.PopToMark()); return true;
            case PickleOpcode.EmptyDict: _stack.Push(NewDictionary()); return true;
            case PickleOpcode.Dict: PushDictionary(_stack.PopToMark()); return true;
            case PickleOpcode.SetItem: SetItem(opcode); return true;
            case PickleOpcode.SetItems: SetItems(opcode, _stack.PopToMark()); return true;
            default: return false;
        }
    }

    private bool Machine(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto: CheckProtocol(input.Byte()); return true;
            // A frame only says how far one may read ahead, which the window's bound makes needless.
            case PickleOpcode.Frame: input.Number(8); return true;
            case PickleOpcode.Mark: _stack.PushMark(); return true;
            case PickleOpcode.Pop: _stack.Drop(); return true;
            case PickleOpcode.PopMark: _stack.PopToMark(); return true;
            case PickleOpcode.Dup: _stack.Push(_stack.Peek()); return true;
            case PickleOpcode.Put: _memo.Put(Index(input.Line()), _stack.Peek()); return true;
            case PickleOpcode.BinPut: _memo.Put(input.Byte(), _stack.Peek()); return true;
            case PickleOpcode.LongBinPut: _memo.Put((long)input.Number(4), _stack.Peek()); return true;
            case PickleOpcode.Memoize: _memo.Add(_stack.Peek()); return true;
            case PickleOpcode.Get: _stack.Push(_memo.Get(Index(input.Line()))); return true;
            case PickleOpcode.BinGet: _stack.Push(_memo.Get(input.Byte())); return true;
            case PickleOpcode.LongBinGet: _stack.Push(_memo.Get((long)input.Number(4))); return true;
            case PickleOpcode.Global: PushGlobal([input.Line(), input.Line()]); return true;
            case PickleOpcode.StackGlobal: PushGlobal(_stack.PopTuple(2)); return true;
            case PickleOpcode.BinPersId: _stack.Push(objects.Persistent(_stack.Pop())); return true;
            case PickleOpcode.Reduce or PickleOpcode.NewObj: Call(_stack.PopTuple(2)); return true;
            case PickleOpcode.Build: Build(opcode); return true;
            default: return false;
        }
    }

    private void PushNumber(long number)
    {
        budget.Charge(NumberBytes);
        _stack.Push(number);
    }

    private void PushFraction(double number)
    {
        budget.Charge(NumberBytes);
        _stack.Push(number);
    }

    private void PushBig(BigInteger number)
    {
        budget.Charge(2 * LongestNumber);
        _stack.Push(number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number);
    }

    private BigInteger BigNumber(ulong bytes)
    {
        if (bytes > LongestNumber) throw budget.Faults.Damaged($"its pickle has a whole number of {bytes} bytes");
        Span<byte> number = stackalloc byte[(int)bytes];
        foreach (ref var part in number) part = input.Byte();
        return new BigInteger(number);
    }

    /// <summary>Protocol 0 writes the truth values as the numbers 00 and 01.</summary>
    private void PushInt(string line)
    {
        if (line is "00" or "01") _stack.Push(line == "01" ? True : False);
        else PushBig(Digits(line));
    }

    private void PushOpaque(ulong bytes)
    {
        input.Skip(bytes);
        _stack.Push(PickleOpaque.Value);
    }

    private List<object?> NewList(ReadOnlySpan<object?> items)
    {
        budget.Charge(ContainerBytes + (long)ItemBytes * items.Length);
        return [.. items];
    }

    private PickleDictionary NewDictionary()
    {
        budget.Charge(ContainerBytes);
        return new PickleDictionary(budget.Faults);
    }

    private void PushDictionary(ReadOnlySpan<object?> items)
    {
        var dictionary = NewDictionary();
        Set(dictionary, items);
        _stack.Push(dictionary);
    }

    private void Append(PickleOpcode opcode, ReadOnlySpan<object?> items)
    {
        budget.Charge((long)ItemBytes * items.Length);
        _stack.Peek<List<object?>>(opcode).AddRange(items);
    }

    private void SetItem(PickleOpcode opcode)
    {
        var (value, key) = (_stack.Pop(), _stack.Pop());
        SetItems(opcode, [key, value]);
    }

    private void SetItems(PickleOpcode opcode, ReadOnlySpan<object?> items) => Set(_stack.Peek<PickleDictionary>(opcode), items);

    private void Set(PickleDictionary dictionary, ReadOnlySpan<object?> items)
    {
        if (items.Length % 2 != 0) throw budget.Faults.Damaged("its pickle has a key without a value");
        budget.Charge((long)PairBytes * items.Length / 2);
        for (var i = 0; i < items.Length; i += 2) dictionary.Set(items[i], items[i + 1]);
    }

    private void PushGlobal(object?[] names)
    {
        if (names is not [string module, string name]) throw budget.Faults.Damaged("its pickle has a name that is no text");
        budget.Charge(NameBytes + 2L * (module.Length + name.Length));
        _stack.Push(objects.Find(module, name));
    }

    private void Call(object?[] call) => _stack.Push(objects.Call(call[0], call[1] as object?[]
        ?? throw budget.Faults.Damaged("its pickle has a call whose arguments are no tuple")));

    private void Build(PickleOpcode opcode)
    {
        _stack.Pop();
        if (!objects.TakesState(_stack.Peek())) throw Refused(opcode);
    }

    private void CheckProtocol(byte protocol)
    {
        if (protocol > LastProtocol) throw budget.Faults.NotSupported($"pickle protocol {protocol}, known are 0 to {LastProtocol}");
    }

    /// <summary>Python writes fractions with the most significant byte first.</summary>
    private static double BigEndianDouble(ulong littleEndian) => BitConverter.UInt64BitsToDouble(BinaryPrimitives.ReverseEndianness(littleEndian));

    private double Fraction(string text) => text switch
    {
        "nan" => double.NaN,
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ when text.Length <= LongestDigits && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw budget.Faults.Damaged($"its pickle has '{FileFaults.Shorten(text)}' for a fraction"),
    };

    private BigInteger Digits(string digits) =>
        digits.Length <= LongestDigits && BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw budget.Faults.Damaged($"its pickle has '{FileFaults.Shorten(digits)}' for a whole number");

    private long Index(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw budget.Faults.Damaged($"its pickle keeps a value under '{FileFaults.Shorten(digits)}'");

    private string Unescaped(string text) =>
        text.Contains('\\', StringComparison.Ordinal) ? throw budget.Faults.NotSupported("escaped text of pickle protocol 0") : text;

    private string Unquoted(string text) =>
        text is ['\'', .., '\''] or ['"', .., '"'] ? text[1..^1] : throw budget.Faults.Damaged("its pickle has a text without quotes");

    private FailureException Refused(PickleOpcode opcode) => Enum.IsDefined(opcode)
        ? budget.Faults.Refused($"the pickle operation {opcode}")
        : budget.Faults.Damaged($"its pickle has the unknown operation {(byte)opcode}");
}

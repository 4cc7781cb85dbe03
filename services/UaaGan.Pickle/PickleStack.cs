using UaaGan.Failures;

namespace UaaGan.Pickle;

/// <summary>The stack of a pickle's machine, with the marks that begin a list of items.</summary>
internal sealed class PickleStack(ReadBudget budget)
{
    private const int Slot = 8;
    private static readonly object Mark = new();

    private object?[] _items = new object?[64];
    private int _count;

    public void PushMark() => Push(Mark);

    public void Push(object? value)
    {
        if (_count == _items.Length)
        {
            budget.Charge(2L * Slot * _items.Length);
            Array.Resize(ref _items, checked(2 * _items.Length));
        }

        _items[_count++] = value;
    }

    /// <summary>Takes the top away, a mark too.</summary>
    public void Drop()
    {
        if (_count == 0) throw Lacking();
        _count--;
    }

    public object? Peek() => _count > 0 && _items[_count - 1] != Mark ? _items[_count - 1] : throw Lacking();

    public object? Pop()
    {
        var value = Peek();
        _count--;
        return value;
    }

    /// <summary>The top as what an operation works on.</summary>
    public T Peek<T>(PickleOpcode opcode) where T : class =>
        Peek() as T ?? throw budget.Faults.Damaged($"its pickle has {opcode} on what is no {typeof(T).Name}");

    /// <summary>The newest items as a tuple.</summary>
    public object?[] PopTuple(int count)
    {
        var items = NewTuple(count);
        for (var i = count - 1; i >= 0; i--) items[i] = Pop();
        return items;
    }

    /// <summary>The items after the newest mark as a tuple.</summary>
    public object?[] PopTuple()
    {
        var items = PopToMark();
        var tuple = NewTuple(items.Length);
        items.CopyTo(tuple);
        return tuple;
    }

    /// <summary>Takes the newest mark and what follows it away. The items stay readable until the next push.</summary>
    public ReadOnlySpan<object?> PopToMark()
    {
        var top = _count;
        var mark = top - 1;
        while (mark >= 0 && _items[mark] != Mark) mark--;
        if (mark < 0) throw Lacking();
        _count = mark;
        return _items.AsSpan(mark + 1, top - mark - 1);
    }

    private object?[] NewTuple(int count)
    {
        if (count == 0) return [];
        budget.Charge(24 + (long)Slot * count);
        return new object?[count];
    }

    private FailureException Lacking() => budget.Faults.Damaged("its pickle takes more from the stack than it put there");
}

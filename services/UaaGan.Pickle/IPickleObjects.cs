namespace UaaGan.Pickle;

/// <summary>What a pickle may name and call beside plain values. Nothing else of a file is looked up, run or created.</summary>
internal interface IPickleObjects
{
    /// <summary>What a name stands for.</summary>
    /// <exception cref="Failures.FailureException">The name is refused.</exception>
    object Find(string module, string name);

    /// <summary>The result of a call of what <see cref="Find"/> gave.</summary>
    /// <exception cref="Failures.FailureException">It can't be called, or not with these arguments.</exception>
    object? Call(object? function, object?[] arguments);

    /// <summary>What a persistent id stands for.</summary>
    /// <exception cref="Failures.FailureException">The id is refused.</exception>
    object Persistent(object? id);

    /// <summary>Whether a value may be given a state, which is passed over.</summary>
    bool TakesState(object? value);
}

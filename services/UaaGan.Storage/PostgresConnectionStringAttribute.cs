using System.ComponentModel.DataAnnotations;
using UaaGan.Failures;

namespace UaaGan.Storage;

/// <summary>An option that is a PostgreSQL connection string, or empty. What is wrong with it is said without repeating it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PostgresConnectionStringAttribute : ValidationAttribute
{
    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        ArgumentNullException.ThrowIfNull(validationContext);
        if (value is not string { Length: > 0 } text) return ValidationResult.Success;
        try
        {
            PostgresConnectionString.Parse(text);
            return ValidationResult.Success;
        }
        catch (FailureException failure)
        {
            return new ValidationResult(failure.Message, [validationContext.MemberName ?? "PostgreSql"]);
        }
    }
}

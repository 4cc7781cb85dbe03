namespace UaaGan.Hosting;

/// <summary>Who calls.</summary>
/// <param name="Name">Of the key, the token's subject, or the certificate's common name.</param>
/// <param name="IsAdministrator">Whether administration is allowed, too.</param>
internal sealed record Caller(string Name, bool IsAdministrator);

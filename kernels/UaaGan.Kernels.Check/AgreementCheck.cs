using UaaGan.Kernels.Tests;

namespace UaaGan.Kernels.Check;

/// <summary>Every kernel against its twin on the CPU, on the random shapes of the tests: the same bits.</summary>
internal static class AgreementCheck
{
    private const int MostProducts = 40_000_000;

    /// <summary>Whether all agree; says of each kernel how many cases do not.</summary>
    public static bool Run(IKernelDevice device, int cases)
    {
        using var cpu = new CpuDevice();
        bool good = true;
        good &= Compare("perturb_forward", cases, seed => Both(new PerturbCase(seed), (batch, on) => batch.Run(on), (a, b) => a.SameBits(b)));
        good &= Compare("attack_step", cases, seed => Both(new AttackStepCase(seed), (batch, on) => batch.Run(on), (a, b) => a.SameBits(b)));
        good &= Compare("feature_pack", cases, seed => Both(new FeatureCase(seed), (batch, on) => batch.Pack(on), (a, b) => a.SameBits(b)));
        good &= Compare("feature_distance", cases, seed =>
        {
            var features = new FeatureCase(seed);
            return features.Distance(cpu, seed % 2 == 0, 1e-7f).SameBits(features.Distance(device, seed % 2 == 0, 1e-7f), features.Dimension);
        });
        good &= Compare("scan_topk, rerank_exact", cases, seed => Search(cpu, device, seed));
        return good;

        bool Both<TCase, TResult>(TCase batch, Func<TCase, IKernelDevice, TResult> run, Func<TResult, TResult, bool> same) => same(run(batch, cpu), run(batch, device));
    }

    private static bool Compare(string kernel, int cases, Func<int, bool> agrees)
    {
        int[] wrong = [.. Enumerable.Range(0, cases).Where(seed => !agrees(seed))];
        Console.WriteLine(wrong.Length == 0 ? $"ok      {kernel}: {cases} cases" : $"FAILED  {kernel}: {wrong.Length} of {cases} cases, the first with seed {wrong[0]}");
        return wrong.Length == 0;
    }

    private static bool Search(CpuDevice cpu, IKernelDevice device, int seed)
    {
        var random = new Random(seed);
        int dimension = random.NearThresholds(1, 2048, 1, 32, 64, 512), queries = random.NearThresholds(1, 300, 1, 16, 128, 256);
        int rows = random.NearThresholds(1, Math.Clamp(MostProducts / dimension / queries, 1, 100_000), 1, 128, 256, 1280);
        int k = random.Next(3) == 0 ? Math.Min(rows + 1, 4096) : random.LogUniform(1, 1000);
        float[] gallery = RandomVectors.Unit(rows, dimension, seed), probes = RandomVectors.Unit(queries, dimension, ~seed);
        // Ties: rows from the middle on repeat those before.
        if (seed % 3 == 0) gallery.AsSpan(0, rows / 2 * dimension).CopyTo(gallery.AsSpan((rows - (rows / 2)) * dimension));
        var mask = new RowMask(rows, allowed: true);
        for (int row = 0; row < rows; row += random.Next(1, 9)) mask[row] = false;
        var masks = Enumerable.Range(0, queries).Select(query => seed % 2 == 0 || query % 5 == 0 ? null : mask).ToArray();
        using IGallerySearch expected = cpu.CreateGallery(gallery, dimension), found = device.CreateGallery(gallery, dimension);
        return expected.Search(probes, k, masks).Zip(found.Search(probes, k, masks)).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
    }
}

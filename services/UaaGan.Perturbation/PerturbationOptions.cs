using System.ComponentModel.DataAnnotations;
using UaaGan.Storage;

namespace UaaGan.Perturbation;

/// <summary>Options of this service alone: section <c>UaaGan:Perturbation</c>, as in <c>--UaaGan:Perturbation:BatchSize=1</c>.</summary>
public sealed class PerturbationOptions
{
    /// <summary>Name of the configuration's section.</summary>
    public const string Section = "UaaGan:Perturbation";

    /// <summary>
    /// Images of a batch, 1 to 64; every batch is filled up to it, so that a result does not depend on the load. Other sizes give results
    /// that differ in last bits, and so, after a sign, in pixels. Default: 4.
    /// </summary>
    [Range(1, 64)]
    public int BatchSize { get; set; } = 4;

    /// <summary>Pixels of a batch, 1 to 512 Mi: images so large that BatchSize of them have more run in smaller batches. Default: 4 Mi.</summary>
    [Range(1L, 1L << 29)]
    public long BatchPixels { get; set; } = 4L << 20;

    /// <summary>Workers, each a thread with its own target network for one model and one attack, 1 to 256. Default: 4.</summary>
    [Range(1, 256)]
    public int MaxWorkers { get; set; } = 4;

    /// <summary>Seconds after which a worker that nobody uses is released, 1 to 86,400. Default: 300.</summary>
    [Range(1.0, 86_400.0)]
    public double WorkerIdleSeconds { get; set; } = 300;

    /// <summary>
    /// Connection string of the PostgreSQL database that keeps the training jobs, such as Host=db;Database=uaagan;Username=uaagan;Password=secret, for
    /// replicas that share them. Give it by the environment, where no list of processes shows it. Default: none, an SQLite file in the state folder.
    /// </summary>
    [PostgresConnectionString]
    public string PostgreSql { get; set; } = "";

    /// <summary>Further networks of an attack, each loaded by its worker, 0 to 64. Default: 8.</summary>
    [Range(0, 64)]
    public int MaxEnsemble { get; set; } = 8;

    /// <summary>
    /// Address of a FeatureExtraction service, such as http://127.0.0.1:5101, that black-box methods (nes, rays) ask in the place of a network of their own; the model
    /// need not be in this service's repository. Default: none.
    /// </summary>
    [Url]
    public string? FeatureExtractionUrl { get; set; }

    /// <summary>PEM file of the authorities that its certificate may come from. Default: those of the machine.</summary>
    public string? FeatureExtractionCa { get; set; }

    /// <summary>PEM file of the certificate that it is shown. Default: none.</summary>
    public string? FeatureExtractionCertificate { get; set; }

    /// <summary>PEM file of that certificate's private key, not encrypted. Default: none.</summary>
    public string? FeatureExtractionKey { get; set; }

    /// <summary>API key that it is sent. Give it by the environment, where no list of processes shows it. Default: none.</summary>
    public string? FeatureExtractionApiKey { get; set; }

    /// <summary>Seconds for one answer of that service, retries while it is unavailable included, 0.1 to 3600. Default: 60.</summary>
    [Range(0.1, 3600.0)]
    public double FeatureExtractionSeconds { get; set; } = 60;

    /// <summary>Trainings that run at a time, 0 to 64; 0: this process trains nothing and only takes jobs in. Default: 1.</summary>
    [Range(0, 64)]
    public int ParallelTrainings { get; set; } = 1;

    /// <summary>Trainings that may wait or run, 1 to 10,000. Default: 32.</summary>
    [Range(1, 10_000)]
    public int MaxTrainings { get; set; } = 32;

    /// <summary>Images of a training, 2 to 1,000,000. Default: 50,000.</summary>
    [Range(2, 1_000_000)]
    public int MaxTrainingImages { get; set; } = 50_000;

    /// <summary>Pixels of all images of a training, 1 to 1 Ti; they are held in memory, 1 or 3 bytes each. Default: 1 Gi.</summary>
    [Range(1L, 1L << 40)]
    public long MaxTrainingPixels { get; set; } = 1L << 30;

    /// <summary>Steps of a training from one checkpoint to the next, 1 to 1,000,000. Default: 25.</summary>
    [Range(1, 1_000_000)]
    public int CheckpointSteps { get; set; } = 25;

    /// <summary>Seconds without a sign of life after which a running training counts as abandoned and is taken over, 5 to 3600. Default: 30.</summary>
    [Range(5.0, 3600.0)]
    public double LeaseSeconds { get; set; } = 30;

    /// <summary>Folder where each training writes its scalars for TensorBoard, in a subfolder GENERATOR-JOB; empty: nowhere. Default: empty.</summary>
    public string TensorBoardFolder { get; set; } = "";
}

using System.Buffers.Binary;
using UaaGan.Imaging;

namespace UaaGan.Attacks;

/// <summary>The files of the training jobs, a folder each: the images as they came, in one file, and the last checkpoint.</summary>
public sealed class TrainingFiles
{
    private const string ImagesName = "images.bin", CheckpointName = "checkpoint.safetensors";
    private const int LengthBytes = sizeof(int);

    private readonly string _folder;
    private readonly int _mostImages;

    /// <param name="folder">The folder of all jobs; made when it is missing.</param>
    /// <param name="mostImages">Images that a job may have.</param>
    public TrainingFiles(string folder, int mostImages)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
        _mostImages = mostImages;
        Directory.CreateDirectory(folder);
    }

    /// <summary>Begins the images of a job.</summary>
    public ImagesWriter Create(string id) => new(Directory.CreateDirectory(Folder(id)).FullName, _mostImages);

    /// <summary>The images of a job, in the order they came, decoded.</summary>
    /// <exception cref="UaaGan.Failures.FailureException">TRAINING_IMAGES_DAMAGED.</exception>
    internal IReadOnlyList<PixelImage> ReadImages(string id)
    {
        // They were checked when they came, against limits that may be others by now.
        var limits = new ImageLimits { MaxBytes = 1L << 30, MaxPixels = 1L << 29 };
        var images = new List<PixelImage>();
        try
        {
            using var stream = File.OpenRead(Path.Combine(Folder(id), ImagesName));
            var length = new byte[LengthBytes];
            while (stream.ReadAtLeast(length, LengthBytes, throwOnEndOfStream: false) is > 0 and var read)
            {
                if (read < LengthBytes)
                    throw new EndOfStreamException();
                var file = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
                stream.ReadExactly(file);
                images.Add(ImageDecoder.Decode(file, limits));
            }

            return images;
        }
        catch (Exception exception) when (exception is IOException or UaaGan.Failures.FailureException or OverflowException)
        {
            throw AttackFailure.TrainingImagesDamaged(id, exception);
        }
    }

    /// <summary>The last checkpoint; empty when there is none.</summary>
    internal byte[] ReadCheckpoint(string id)
    {
        var file = Path.Combine(Folder(id), CheckpointName);
        return File.Exists(file) ? File.ReadAllBytes(file) : [];
    }

    internal void WriteCheckpoint(string id, ReadOnlySpan<byte> checkpoint) => AtomicFile.Write(Path.Combine(Folder(id), CheckpointName), checkpoint);

    /// <summary>Removes the files of a job; without effect when there are none.</summary>
    public void Delete(string id)
    {
        if (Directory.Exists(Folder(id)))
            Directory.Delete(Folder(id), recursive: true);
    }

    private string Folder(string id) => Path.Combine(_folder, id);

    /// <summary>Takes the images of a job as they come. Without <see cref="Commit"/> nothing is left of them.</summary>
    public sealed class ImagesWriter : IDisposable
    {
        private readonly string _folder;
        private readonly int _most;
        private readonly FileStream _stream;
        private bool _committed;

        internal ImagesWriter(string folder, int most)
        {
            _folder = folder;
            _most = most;
            _stream = new FileStream(Path.Combine(folder, ImagesName), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        }

        /// <summary>Images so far.</summary>
        public int Count { get; private set; }

        /// <summary>Adds an image file.</summary>
        /// <exception cref="UaaGan.Failures.FailureException">TRAINING_IMAGES_TOO_MANY.</exception>
        public void Add(ReadOnlySpan<byte> file)
        {
            if (Count == _most)
                throw AttackFailure.ImagesTooMany(Count, _most);
            Count++;
            Span<byte> length = stackalloc byte[LengthBytes];
            BinaryPrimitives.WriteInt32LittleEndian(length, file.Length);
            _stream.Write(length);
            _stream.Write(file);
        }

        /// <summary>All images are here: they are on the disk when this returns.</summary>
        public void Commit()
        {
            _stream.Flush(flushToDisk: true);
            _stream.Dispose();
            _committed = true;
        }

        /// <summary>Takes a commit back: the job was not accepted.</summary>
        public void Revoke() => _committed = false;

        /// <inheritdoc/>
        public void Dispose()
        {
            _stream.Dispose();
            if (!_committed)
                Directory.Delete(_folder, recursive: true);
        }
    }
}

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import uaagan.common.v1.Common.Image;
import uaagan.common.v1.Common.ImageItem;
import uaagan.common.v1.Common.ModelReference;
import uaagan.features.v1.FeatureExtractionServiceGrpc;
import uaagan.features.v1.Features.StreamExtractRequest;
import uaagan.features.v1.Features.StreamExtractResponse;
import uaagan.features.v1.Features.StreamExtractSettings;
import uaagan.perturbation.v1.Perturbation.PerturbSettings;
import uaagan.perturbation.v1.Perturbation.StreamPerturbRequest;
import uaagan.perturbation.v1.Perturbation.StreamPerturbResponse;
import uaagan.perturbation.v1.Perturbation.StreamPerturbSettings;
import uaagan.perturbation.v1.PerturbationServiceGrpc;

/** Streams a folder of images through extraction and perturbation and says how far each feature moved. */
public final class AttackFolder {
  /** An image file, or an adversarial one. */
  private record Picture(String id, ByteString file, int linf) {}

  private AttackFolder() {}

  public static void main(String[] args) throws Exception {
    if (args.length != 4) {
      System.err.println("usage: attack-folder FOLDER MODEL FEATURES PERTURBATION, the last two as host:port");
      System.exit(2);
    }
    Path folder = Path.of(args[0]);
    ModelReference model = ModelReference.newBuilder().setName(args[1]).build();
    ManagedChannel features = channel(args[2]);
    ManagedChannel perturbation = channel(args[3]);
    try {
      List<Picture> images = read(folder);
      List<FloatBuffer> clean = extract(features, model, images);
      List<Picture> twins = perturb(perturbation, model, images);
      List<FloatBuffer> adversarial = extract(features, model, twins);
      for (int i = 0; i < twins.size(); i++) {
        Picture twin = twins.get(i);
        System.out.printf(Locale.ROOT, "%s linf %d cosine %.4f%n", twin.id(), twin.linf(), dot(clean.get(i), adversarial.get(i)));
      }
    } finally {
      features.shutdownNow();
      perturbation.shutdownNow();
    }
  }

  /** A channel to every replica that the name has: dns:///name:port. */
  private static ManagedChannel channel(String target) {
    return ManagedChannelBuilder.forTarget("dns:///" + target).defaultLoadBalancingPolicy("round_robin").usePlaintext().build();
  }

  private static List<Picture> read(Path folder) throws IOException {
    List<Picture> found = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(Files::isRegularFile).sorted().collect(Collectors.toList())) {
        found.add(new Picture(folder.relativize(path).toString(), ByteString.copyFrom(Files.readAllBytes(path)), 0));
      }
    }
    return found;
  }

  private static List<FloatBuffer> extract(ManagedChannel channel, ModelReference model, List<Picture> images) throws Exception {
    ItemStream<StreamExtractRequest, StreamExtractResponse> stream = new ItemStream<>(FeatureExtractionServiceGrpc.newStub(channel)::streamExtract);
    StreamExtractSettings settings = StreamExtractSettings.newBuilder().setModel(model).build();
    List<FloatBuffer> found = new ArrayList<>();
    for (StreamExtractResponse reply : stream.exchange(
        StreamExtractRequest.newBuilder().setSettings(settings).build(),
        images.stream().map(image -> StreamExtractRequest.newBuilder().setItem(item(image)).build()).iterator())) {
      if (!reply.hasResult()) {
        continue; // The limits that the service announces.
      }
      if (reply.getResult().hasError()) {
        throw new IOException(reply.getResult().getId() + ": " + reply.getResult().getError().getMessage());
      }
      found.add(reply.getResult().getFeature().getData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer());
    }
    return found;
  }

  private static List<Picture> perturb(ManagedChannel channel, ModelReference model, List<Picture> images) throws Exception {
    ItemStream<StreamPerturbRequest, StreamPerturbResponse> stream = new ItemStream<>(PerturbationServiceGrpc.newStub(channel)::streamPerturb);
    PerturbSettings attack = PerturbSettings.newBuilder().setModel(model).setMethod("pgd").setEpsilon("8/255").setSeed(1).build();
    List<Picture> twins = new ArrayList<>();
    for (StreamPerturbResponse reply : stream.exchange(
        StreamPerturbRequest.newBuilder().setSettings(StreamPerturbSettings.newBuilder().setAttack(attack)).build(),
        images.stream().map(image -> StreamPerturbRequest.newBuilder().setItem(item(image)).build()).iterator())) {
      if (!reply.hasResult()) {
        continue;
      }
      if (reply.getResult().hasError()) {
        throw new IOException(reply.getResult().getId() + ": " + reply.getResult().getError().getMessage());
      }
      var twin = reply.getResult().getAdversarial();
      twins.add(new Picture(reply.getResult().getId(), twin.getImage().getEncoded(), twin.getQuality().getLinf255()));
    }
    return twins;
  }

  private static ImageItem item(Picture image) {
    return ImageItem.newBuilder().setId(image.id()).setImage(Image.newBuilder().setEncoded(image.file())).build();
  }

  private static double dot(FloatBuffer a, FloatBuffer b) {
    double sum = 0;
    for (int d = 0; d < a.limit(); d++) {
      sum += (double) a.get(d) * b.get(d);
    }
    return sum;
  }
}

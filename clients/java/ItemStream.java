import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** One bidirectional stream: sends while the connection takes it, and collects the replies. */
final class ItemStream<Q, R> {
  private final Function<StreamObserver<R>, StreamObserver<Q>> start;

  ItemStream(Function<StreamObserver<R>, StreamObserver<Q>> start) {
    this.start = start;
  }

  /** Sends the settings and then the items, and returns all replies; throws the status of a stream that fails. */
  List<R> exchange(Q settings, Iterator<Q> items) throws Exception {
    CompletableFuture<List<R>> done = new CompletableFuture<>();
    start.apply(new ClientResponseObserver<Q, R>() {
      private final List<R> replies = new ArrayList<>();

      @Override
      public void beforeStart(ClientCallStreamObserver<Q> requests) {
        boolean[] state = new boolean[2]; // Whether the settings are sent, and whether the stream is closed.
        // The service reads no further while its limit of unanswered images is reached; then the connection is not ready.
        requests.setOnReadyHandler(() -> {
          while (requests.isReady() && !state[1]) {
            if (!state[0]) {
              state[0] = true;
              requests.onNext(settings);
            } else if (items.hasNext()) {
              requests.onNext(items.next());
            } else {
              state[1] = true;
              requests.onCompleted();
            }
          }
        });
      }

      @Override
      public void onNext(R reply) {
        replies.add(reply);
      }

      @Override
      public void onError(Throwable failure) {
        done.completeExceptionally(failure);
      }

      @Override
      public void onCompleted() {
        done.complete(replies);
      }
    });
    return done.get();
  }
}

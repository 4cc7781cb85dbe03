"""The peer of `bench search`: FAISS's exact inner-product search over a gallery in its own memory.

Says "ready VERSION"; then answers lines on standard input. "gallery N D" is followed by N x D float32, "queries Q D" by Q x D: "ok". "search K":
seconds. "ids K": Q x K int64 as bytes. The last search's ids are meant.
"""

import sys
import time

import faiss
import numpy


def read(count, dimension):
    numbers = numpy.empty((count, dimension), dtype=numpy.float32)
    view = memoryview(numpy.ravel(numbers)).cast("B")
    done = 0
    while done < len(view):
        got = sys.stdin.buffer.readinto(view[done:])
        if not got:
            raise EOFError("standard input ended within an array")
        done += got
    return numbers


def main():
    faiss.omp_set_num_threads(int(sys.argv[1]))
    gallery = queries = ids = None
    print(f"ready {faiss.__version__}", flush=True)
    while line := sys.stdin.buffer.readline():
        verb, *numbers = line.split()
        numbers = [int(number) for number in numbers]
        if verb == b"gallery":
            gallery = None
            gallery = read(*numbers)
            print("ok", flush=True)
        elif verb == b"queries":
            queries = read(*numbers)
            print("ok", flush=True)
        elif verb == b"search":
            # What IndexFlatIP.search calls, without the index's second copy of the gallery.
            start = time.perf_counter()
            _, ids = faiss.knn(queries, gallery, numbers[0], metric=faiss.METRIC_INNER_PRODUCT)
            print(time.perf_counter() - start, flush=True)
        else:
            sys.stdout.buffer.write(ids.tobytes())
            sys.stdout.flush()


main()

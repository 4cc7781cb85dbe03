"""Streams that break, items that are refused, sources that fail: the blocking client and the asynchronous one."""

import asyncio
import sys
import unittest
from pathlib import Path

import grpc

import uaagan
import uaagan.aio

sys.path.insert(0, str(Path(__file__).parent))
from fake_features import FakeFeatures, status  # noqa: E402

RETRY = uaagan.Retry(attempts=3, delay=0.001, max_delay=0.01)
FULL = status(grpc.StatusCode.RESOURCE_EXHAUSTED, "full", "QUEUE_FULL", retry_seconds=0.001)
UNREADABLE = status(grpc.StatusCode.INVALID_ARGUMENT, "no image", "IMAGE_UNREADABLE")


def items(count):
    return [uaagan.Item(f"i{n}", bytes([n + 1, 7])) for n in range(count)]


def blocking(server, source, progress=None):
    with uaagan.FeatureClient(server.target, retry=RETRY, metadata=[("authorization", "me")]) as client:
        return list(client.extract(source, "m", progress=progress))


def asynchronous(server, source, progress=None):
    async def collect():
        async with uaagan.aio.FeatureClient(server.target, retry=RETRY, metadata=[("authorization", "me")]) as client:
            return [result async for result in client.extract(source, "m", progress=progress)]
    return asyncio.run(collect())


class Streams(unittest.TestCase):
    def both(self, check):
        for extract in (blocking, asynchronous):
            with self.subTest(extract.__name__):
                check(extract)

    def assertAll(self, results, count):
        self.assertEqual([(f"i{n}", [n + 1, 7]) for n in range(count)], [(result.id, result.feature.tolist()) for result in results])

    def test_a_stream_that_breaks_goes_on_and_every_item_is_answered_once(self):
        def check(extract):
            with FakeFeatures(breaks=[3, 0, 5]) as server:
                seen = []
                self.assertAll(extract(server, items(20), seen.append), 20)
                self.assertEqual(4, len(server.streams))
                self.assertEqual("me", server.metadata[0]["authorization"])
                self.assertEqual("i3", server.streams[2][0])
                self.assertEqual(uaagan.Progress(answered=20, reconnected=3), seen[-1])
                self.assertEqual(list(range(1, 21)), [progress.answered for progress in seen])
        self.both(check)

    def test_an_item_refused_for_the_moment_is_sent_again_and_the_order_holds(self):
        def check(extract):
            with FakeFeatures(refusals={"i2": [FULL], "i5": [FULL, FULL]}) as server:
                seen = []
                self.assertAll(extract(server, items(12), seen.append), 12)
                self.assertEqual(uaagan.Progress(answered=12, retried=3), seen[-1])
        self.both(check)

    def test_a_bad_item_fails_alone_and_is_not_sent_again(self):
        def check(extract):
            with FakeFeatures(refusals={"i1": [UNREADABLE]}) as server:
                results = extract(server, items(3))
                self.assertEqual([None, "IMAGE_UNREADABLE", None], [r.error and r.error.reason for r in results])
                self.assertEqual(grpc.StatusCode.INVALID_ARGUMENT, results[1].error.code)
                self.assertEqual([["i0", "i1", "i2"]], server.streams)
        self.both(check)

    def test_an_item_that_is_always_refused_fails_after_its_attempts(self):
        def check(extract):
            with FakeFeatures(refusals={"i0": [FULL] * 3}) as server:
                results = extract(server, items(2))
                self.assertEqual(["QUEUE_FULL", None], [r.error and r.error.reason for r in results])
                self.assertEqual(3, sum(ids.count("i0") for ids in server.streams))
        self.both(check)

    def test_a_service_that_is_gone_is_an_error_after_the_attempts(self):
        def check(extract):
            with FakeFeatures(breaks=[1, 0, 0]) as server:
                with self.assertRaises(grpc.RpcError) as raised:
                    extract(server, items(2))
                self.assertEqual(grpc.StatusCode.UNAVAILABLE, raised.exception.code())
                self.assertEqual(3, len(server.streams))
        self.both(check)

    def test_a_service_that_was_never_there_is_an_error_at_once(self):
        def check(extract):
            with FakeFeatures(breaks=[0]) as server, self.assertRaises(grpc.RpcError):
                extract(server, items(2))
            self.assertEqual(1, len(server.streams))
        self.both(check)

    def test_a_source_that_fails_raises_its_own_exception(self):
        def source():
            yield uaagan.Item("i0", b"\1\7")
            raise OSError("unplugged")

        def check(extract):
            with FakeFeatures() as server, self.assertRaisesRegex(OSError, "unplugged"):
                extract(server, source())
        self.both(check)

    def test_no_more_items_are_taken_than_are_allowed_in_flight(self):
        def check(extract):
            taken, ahead = [], []

            def source():
                for item in items(30):
                    taken.append(item.id)
                    yield item

            with FakeFeatures(max_in_flight=3) as server:
                extract(server, source(), lambda progress: ahead.append(len(taken) - progress.answered))
            self.assertEqual(30, len(ahead))
            self.assertLessEqual(max(ahead), 3)
        self.both(check)

    def test_leaving_early_ends_the_call_at_the_service(self):
        with FakeFeatures() as server, uaagan.FeatureClient(server.target) as client:
            next(client.extract(items(50), "m"))
            self.assertTrue(server.cancelled.wait(20))

    def test_an_asynchronous_source_goes_on_where_a_broken_stream_left_it(self):
        async def source():
            for item in items(9):
                await asyncio.sleep(0)
                yield item

        with FakeFeatures(breaks=[2, 2]) as server:
            self.assertAll(asynchronous(server, source()), 9)

    def test_an_array_has_a_row_an_image_and_an_error_is_raised(self):
        with FakeFeatures() as server, uaagan.FeatureClient(server.target) as client:
            ids, features = client.array(items(3), "m")
            self.assertEqual((["i0", "i1", "i2"], [[1, 7], [2, 7], [3, 7]]), (ids, features.tolist()))
        with FakeFeatures(refusals={"i1": [UNREADABLE]}) as server, uaagan.FeatureClient(server.target) as client:
            with self.assertRaisesRegex(uaagan.ItemError, "i1: INVALID_ARGUMENT: no image"):
                client.array(items(3), "m")

    def test_replicas_share_the_streams(self):
        with FakeFeatures() as one, FakeFeatures() as two, uaagan.FeatureClient([one.target, two.target]) as client:
            for _ in range(100):
                list(client.extract(items(1), "m"))
                if one.streams and two.streams:
                    break
            self.assertTrue(one.streams and two.streams, "a hundred streams went to one replica of two")


class Targets(unittest.TestCase):
    def test_what_is_no_target_is_said(self):
        for target, message in (([], "at least one"), (["localhost"], "host:port"), (["127.0.0.1:1", "[::1]:1"], "mixed")):
            with self.assertRaisesRegex(ValueError, message):
                uaagan.FeatureClient(target)

    def test_a_policy_that_never_sends_is_refused(self):
        for values in ({"attempts": 0}, {"delay": 9.0}, {"delay": -1.0}):
            with self.assertRaises(ValueError):
                uaagan.Retry(**values)


if __name__ == "__main__":
    unittest.main()

"""What travels: one message an image, pieces for a large file, and what is refused before it travels."""

import tempfile
import unittest
from pathlib import Path

import numpy as np

import uaagan
import uaagan.images
from uaagan.images import messages
from uaagan.vectors import to_message, to_numpy


class Images(unittest.TestCase):
    def test_a_large_file_travels_in_pieces_that_join_without_a_gap(self):
        content = bytes(range(256)) * 9000
        pieces = [message.chunk for message in messages(uaagan.Item("a", content), 2 << 20)]
        self.assertEqual(3, len(pieces))
        self.assertEqual(content, b"".join(piece.data for piece in pieces))
        self.assertEqual([0, 1 << 20, 2 << 20], [piece.offset for piece in pieces])
        self.assertEqual({len(content)}, {piece.total_bytes for piece in pieces})

    def test_an_array_keeps_its_shape_and_bytes(self):
        pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)[:, ::-1]
        raw = next(iter(messages(uaagan.Item("a", pixels)))).image.raw
        self.assertEqual((2, 3, 3), (raw.height, raw.width, raw.channels))
        self.assertEqual(pixels.ravel().tolist(), list(raw.data))

    def test_pixels_come_back_as_they_went(self):
        pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
        np.testing.assert_array_equal(pixels, uaagan.images.pixels(next(iter(messages(uaagan.Item("a", pixels)))).image.raw))

    def test_a_message_limit_cuts_files_and_refuses_pixels(self):
        pieces = [message.chunk.data for message in messages(uaagan.Item("a", bytes(300)), 229)]
        self.assertEqual([100, 100, 100], [len(piece) for piece in pieces])
        with self.assertRaisesRegex(ValueError, "a: 300 bytes of pixels do not fit a message of 229"):
            list(messages(uaagan.Item("a", np.zeros((10, 10, 3), np.uint8)), 229))

    def test_other_arrays_are_refused_by_their_id(self):
        for pixels in (np.zeros((2, 2), np.float32), np.zeros((2, 2, 4), np.uint8), np.zeros(4, np.uint8)):
            with self.assertRaisesRegex(ValueError, "portrait"):
                list(messages(uaagan.Item("portrait", pixels)))

    def test_a_folder_gives_its_images_by_path_with_their_class(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("b/2.png", "a/1.JPG", "a/notes.txt", "top.png"):
                path = Path(folder, name)
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(name.encode())
            items = [(item.id, item.identity, item.image) for item in uaagan.read_folder(folder)]
        self.assertEqual([("a/1.JPG", "a", b"a/1.JPG"), ("b/2.png", "b", b"b/2.png"), ("top.png", "", b"top.png")], items)

    def test_a_folder_without_images_and_no_folder_are_said(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(FileNotFoundError, "no image"):
                list(uaagan.read_folder(folder))
            with self.assertRaises(NotADirectoryError):
                list(uaagan.read_folder(Path(folder, "missing")))


class Vectors(unittest.TestCase):
    def test_a_vector_comes_back_as_it_went(self):
        vector = np.array([0.25, -1, 3e-8], np.float64)
        np.testing.assert_array_equal(vector.astype(np.float32), to_numpy(to_message(vector)))

    def test_a_feature_of_another_length_than_it_says_is_refused(self):
        message = to_message(np.ones(3))
        message.dimension = 4
        with self.assertRaisesRegex(ValueError, "4 components came with 3"):
            to_numpy(message)


if __name__ == "__main__":
    unittest.main()

import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";

/** Uncompressed pixels: uint8, row by row, RGB or grey. */
export interface Pixels {
  width: number;
  height: number;
  channels: 1 | 3;
  data: Uint8Array;
}

/** One image of a stream. */
export interface Item {
  /** The caller's, 1 to 256 bytes, unique in its stream; it also seeds random starts. */
  id: string;
  /** The bytes of a file (JPEG, PNG, WebP, ...), or pixels. */
  image: Uint8Array | Pixels;
  /** A label for scoring. */
  identity?: string;
}

/** What a service accepts on a stream. */
export interface StreamLimits {
  maxInFlight: number;
  maxMessageBytes: number;
}

const suffixes = new Set([".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".pgm", ".ppm", ".pnm"]);
const chunkBytes = 1 << 20;

// Room for tags, lengths and offsets around an image's bytes.
const overhead = 128;

/** The images under a folder, at any depth, by path, read as they are needed. The id is the path in the folder, the identity its first part. */
export async function* readFolder(folder: string): AsyncGenerator<Item> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && suffixes.has(extname(entry.name).toLowerCase()))
    // Node 18 has only the older name.
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  if (paths.length === 0) throw new Error(`there is no image under ${folder}`);
  for (const path of paths) {
    const parts = relative(folder, path).split(sep);
    yield { id: parts.join("/"), image: await readFile(path), identity: parts.length > 1 ? parts[0]! : "" };
  }
}

/** The messages that carry one image: one, or the pieces of a large file. */
export function* messages(item: Item, limits: StreamLimits): Generator<{ item: object }> {
  const room = limits.maxMessageBytes - overhead - Buffer.byteLength(item.id);
  if (!(item.image instanceof Uint8Array)) {
    const { width, height, channels, data } = item.image;
    if (data.length !== width * height * channels)
      throw new RangeError(`${item.id}: ${data.length} bytes of pixels; ${height} x ${width} x ${channels} need ${width * height * channels}`);
    if (data.length > room)
      throw new RangeError(`${item.id}: ${data.length} bytes of pixels do not fit a message of ${limits.maxMessageBytes}, and only files travel in pieces; send a PNG`);
    yield { item: { id: item.id, image: { raw: { data, width, height, channels } } } };
    return;
  }
  const file = item.image;
  if (file.length <= room) {
    yield { item: { id: item.id, image: { encoded: file } } };
    return;
  }
  const size = Math.max(1, Math.min(chunkBytes, room));
  for (let offset = 0; offset < file.length; offset += size)
    yield { item: { id: item.id, chunk: { offset, totalBytes: file.length, data: file.subarray(offset, offset + size) } } };
}

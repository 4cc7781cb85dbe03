/** A feature as it travels. */
export interface WireFeature {
  data: Uint8Array;
  dataType: string;
  dimension: number;
}

/** The components of a feature: float32, little-endian on the wire. */
export function toArray(feature: WireFeature): Float32Array {
  if (feature.data.length !== feature.dimension * 4) throw new RangeError(`a feature of ${feature.dimension} components came with ${feature.data.length} bytes`);
  const view = new DataView(feature.data.buffer, feature.data.byteOffset, feature.data.length);
  return Float32Array.from({ length: feature.dimension }, (_, d) => view.getFloat32(d * 4, true));
}

/** A feature of these components. */
export function toFeature(vector: ArrayLike<number>): WireFeature {
  const data = Buffer.alloc(vector.length * 4);
  for (let d = 0; d < vector.length; d++) data.writeFloatLE(vector[d]!, d * 4);
  return { data, dataType: "DATA_TYPE_FLOAT32", dimension: vector.length };
}

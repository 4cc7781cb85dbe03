import { ItemError } from "./errors.js";
import { stubs } from "./protos.js";
import { type ClientOptions, ServiceClient, type StreamOptions } from "./service.js";
import type { Source } from "./streams.js";
import { toFeature } from "./vectors.js";

/** A feature with the caller's id, and labels for scoring. */
export interface Row {
  id: string;
  feature: ArrayLike<number>;
  identity?: string;
  camera?: string;
}

/** A row is on disk, unless there is an error. */
export interface Stored {
  id: string;
  error?: ItemError;
}

/** One row of a ranking; score is the cosine. */
export interface Hit {
  id: string;
  score: number;
  identity: string;
  camera: string;
}

/** The best rows for one query, best first. */
export interface Found {
  id: string;
  hits?: Hit[];
  error?: ItemError;
}

/** What a protocol measured, under an attack or without. */
export interface Metrics {
  validQueries: number;
  meanAveragePrecision: { value: number };
  rank1: { value: number };
}

/** Scores of clean and adversarial queries. */
export interface Score {
  clean: Metrics;
  attacks: { attack: string; metrics: Metrics; mapLost: { value: number } }[];
  chanceMeanAveragePrecision: number;
}

/** Galleries, exact search and ranking protocols. */
export class ScoringClient extends ServiceClient {
  constructor(target: string | readonly string[], options?: ClientOptions) {
    super(stubs.scoring, target, options);
  }

  /** Makes an empty gallery. */
  async createGallery(name: string, dimension: number): Promise<void> {
    await this.unary("createGallery", { name, dimension });
  }

  /** Deletes a gallery with its items. */
  async deleteGallery(name: string): Promise<void> {
    await this.unary("deleteGallery", { name });
  }

  /** Inserts or replaces rows and yields each once it is on disk. To send a row twice is to send it once. */
  upsert(gallery: string, rows: Source<Row>, options: StreamOptions = {}): AsyncGenerator<Stored> {
    return this.stream("streamUpsert", {
      settings: { settings: { gallery } },
      requests: (row) => [{ item: { ...row, feature: toFeature(row.feature) } }],
      outcome: (result): Stored => (result.error ? { id: result.id, error: new ItemError(result.id, result.error) } : { id: result.id }),
    }, rows, options);
  }

  /** The k best rows for each query: score descending, then id ascending. */
  search(gallery: string, queries: Source<Row>, k: number, options: StreamOptions = {}): AsyncGenerator<Found> {
    return this.stream("streamSearch", {
      settings: { settings: { gallery, k } },
      requests: (query) => [{ query: { id: query.id, feature: toFeature(query.feature) } }],
      outcome: (result): Found =>
        result.error ? { id: result.id, error: new ItemError(result.id, result.error) } : { id: result.id, hits: result.ranking.hits },
    }, queries, options);
  }

  /**
   * Class-level leave-one-out: each query against the gallery, its own clean twin (same id) left out.
   * @param rows The gallery, which is also the clean queries; with identities.
   * @param attacks For each attack's name the adversarial features.
   */
  leaveOneOut(rows: readonly Row[], attacks: Record<string, readonly Row[]>, bootstrapSamples = 1000, seed = 1): Promise<Score> {
    const item = (row: Row, role: string, attack = 0) => ({
      item: { id: row.id, role: `EVALUATION_ROLE_${role}`, identity: role === "ADVERSARIAL_QUERY" ? "" : row.identity ?? "", feature: toFeature(row.feature), attack },
    });
    function* requests() {
      yield { settings: { protocol: "PROTOCOL_LEAVE_ONE_OUT", attacks: Object.keys(attacks), bootstrapSamples, seed } };
      for (const role of ["GALLERY", "QUERY"]) for (const row of rows) yield item(row, role);
      for (const [index, twins] of Object.values(attacks).entries()) for (const row of twins) yield item(row, "ADVERSARIAL_QUERY", index);
    }
    return this.upload("evaluate", requests());
  }
}

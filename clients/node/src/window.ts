import { type ItemError, mayPass } from "./errors.js";

/** When the items of a stream are sent again. An answer is a function of the item, so that sending twice changes nothing. */
export interface Retry {
  /** How often in a row a stream may break before an item is answered, and how often one item may be refused, at least 1. */
  attempts: number;
  /** Milliseconds before the second attempt, doubled for each further one, with jitter. */
  delay: number;
  /** Bound of every pause, in milliseconds, also of those that a service asks for. */
  maxDelay: number;
}

/** How far a stream of items has come. */
export interface Progress {
  /** Items answered, failed ones included. */
  answered: number;
  /** Items answered with an error. */
  failed: number;
  /** Refusals for the moment, after which the item was sent again. */
  retried: number;
  /** Streams that broke and were opened anew. */
  reconnected: number;
}

export const defaultRetry: Retry = { attempts: 8, delay: 200, maxDelay: 5000 };

interface Slot<I, R> {
  item: I;
  outcome?: R;
  refusals: number;
}

/**
 * The items taken from a source and not yet handed to the caller, in the order of the source, over as many streams as it takes to have
 * each answered once. A stream begins with what is not answered and goes on with the source.
 */
export class Window<I, R extends { error?: ItemError }> {
  readonly progress: Progress = { answered: 0, failed: 0, retried: 0, reconnected: 0 };
  exhausted = false;
  /** An item was refused for the moment: the stream takes no more items and ends, and another one sends it again. */
  pausing = false;
  readonly #slots: Slot<I, R>[] = [];
  #first = 0;
  #breaks = 0;
  #asked = 0;

  constructor(readonly retry: Retry) {}

  get size(): number {
    return this.#slots.length;
  }

  get done(): boolean {
    return this.exhausted && this.#slots.length === 0;
  }

  add(item: I): void {
    this.#slots.push({ item, refusals: 0 });
  }

  /** Position and value of the first item without an outcome at this position of the source or after it. */
  unanswered(position: number): [number, I] | undefined {
    for (let place = Math.max(position, this.#first); place < this.#first + this.#slots.length; place++) {
      const slot = this.#slots[place - this.#first]!;
      if (slot.outcome === undefined) return [place, slot.item];
    }
    return undefined;
  }

  /** Settles an item, or notes that it has to be sent again. */
  answer(position: number, outcome: R): void {
    const slot = this.#slots[position - this.#first]!;
    this.#breaks = 0;
    if (outcome.error && mayPass(outcome.error) && slot.refusals + 1 < this.retry.attempts) {
      slot.refusals++;
      this.progress.retried++;
      this.pausing = true;
      this.#asked = Math.max(this.#asked, this.#wait(slot.refusals, outcome.error.retryAfter));
    } else {
      slot.outcome = outcome;
    }
  }

  /** The outcomes that are next in the order of the source; each leaves the window. */
  *ready(): Generator<R> {
    while (this.#slots[0]?.outcome !== undefined) {
      const { outcome } = this.#slots.shift()!;
      this.#first++;
      this.progress.answered++;
      if (outcome!.error) this.progress.failed++;
      yield outcome!;
    }
  }

  /** After a stream: milliseconds to wait before the next one; undefined when it broke once too often without an answer. */
  pause(asked?: number): number | undefined {
    if (this.pausing) {
      const wait = this.#asked;
      [this.pausing, this.#asked] = [false, 0];
      return wait;
    }
    this.progress.reconnected++;
    return ++this.#breaks < this.retry.attempts ? this.#wait(this.#breaks, asked) : undefined;
  }

  #wait(failures: number, asked: number | undefined): number {
    return Math.min(asked ?? this.retry.delay * 2 ** (failures - 1) * (0.5 + Math.random() / 2), this.retry.maxDelay);
  }
}

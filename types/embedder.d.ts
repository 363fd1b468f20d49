/** The Worker as other Workers call it through a service binding. A test compares this file with the Worker's Structs. */
import type { WorkerEntrypoint } from "cloudflare:workers";

/** A failure; `code` is stable, `status` the one that HTTP would have. */
export interface Failure {
  ok: false;
  error: {
    code: string;
    message: string;
    status: number;
    param?: string;
    retry_after_s?: number;
    upstream_code?: number;
    details?: Record<string, string[]>;
  };
}
export type Answer<T> = ({ ok: true } & T) | Failure;

/** Metadata of a vector, at most 10 KiB of JSON, or a filter over it. */
export type Metadata = { [key: string]: Value | { [key: string]: Value | number[] } };
export type Value = string | number | boolean | null | string[];

/** The prompt in front of a text: EmbeddingGemma's names, with the short forms `query` and `document`. */
export type Task =
  | "search_query"
  | "search_document"
  | "query"
  | "document"
  | "question_answering"
  | "fact_verification"
  | "classification"
  | "clustering"
  | "semantic_similarity"
  | "code_retrieval"
  | "summarization";
/** Numbers in a vector; fewer than 768 are truncated and renormalised. */
export type Dimensions = 768 | 512 | 256 | 128;

export interface PromptOptions {
  task?: Task | null;
  /** Another name of `task`. */
  input_type?: Task | null;
  /** Another name of `task`. */
  prompt_name?: Task | null;
  /** Goes into the document prompt: one for all texts, or one per text. */
  title?: string | string[] | null;
  /** `end`: texts that are too long are truncated and reported. `error`: they are rejected. */
  truncate?: "end" | "error" | null;
}
export interface EmbedOptions extends PromptOptions {
  dimensions?: Dimensions | null;
  encoding_format?: "float" | "base64" | "int8" | "uint8" | "binary" | "ubinary" | null;
  /** Store the vectors too. */
  store?: StoreIn | null;
  /** `float32`: one Float32Array. `response`: a Response with JSON. Both have 768 numbers a text, and no `store`. */
  format?: "array" | "float32" | "response";
}
export interface StoreIn {
  /** One per text. */
  ids: string[];
  namespace?: string | null;
  /** One for all vectors, or one per vector. */
  metadata?: Metadata | Metadata[] | null;
  /** Keep the text in metadata under "text". */
  keep_text?: boolean;
  /** `insert` leaves stored ids as they are. */
  mode?: "upsert" | "insert";
  /** Answer when the write can be read, or after WAIT_S seconds. */
  wait?: boolean;
}
export interface SimilarityOptions extends PromptOptions {
  /** A text to compare with all others; without it all pairs are compared. */
  source?: string | null;
  dimensions?: Dimensions | null;
}
export interface UpsertOptions {
  namespace?: string | null;
  mode?: "upsert" | "insert";
  keep_text?: boolean;
  task?: Task | null;
  truncate?: "end" | "error" | null;
  wait?: boolean;
  /** Only put the documents into the ingestion queue. */
  queue?: boolean;
}
export interface DocumentIn {
  id: string;
  text: string;
  title?: string | null;
  metadata?: Metadata | null;
}
export interface SearchOptions extends PromptOptions {
  /** A stored vector to search with, in place of the text. */
  id?: string | null;
  top_k?: number;
  namespace?: string | null;
  filter?: Metadata | null;
  values?: boolean;
  metadata?: "none" | "indexed" | "all";
  /** Implies `exact`. */
  min_score?: number | null;
  /** Compute the scores from the stored vectors, which takes longer. Otherwise they are approximate. At most 50 matches. */
  exact?: boolean;
  /** 0 to 1. More than 0: matches that differ from each other, chosen among the nearest 50. Implies `exact`. */
  diversity?: number;
}
export interface DeleteOptions {
  /** In place of the ids: all vectors of a namespace, those that a filter finds, or both. At most 1,000 at a time. */
  namespace?: string | null;
  filter?: Metadata | null;
  wait?: boolean;
}

/**
 * The prompt that was used, the estimated tokens, and the indexes of the texts that the model truncated. A search by id
 * has none of them, because it does not call the model.
 */
export interface Usage {
  task: string | null;
  tokens: number;
  truncated: number[];
}
export interface EmbedResponse {
  /** Texts, and numbers in each vector. */
  shape: number[];
  stored?: Written | null;
  data: (number[] | string)[];
}
export interface SimilarityResponse {
  shape: number[];
  scores: (number | number[])[];
}
export interface Written {
  count: number;
  mutation_ids: string[];
  /** Whether the write can be read already; null if the index could not be asked. */
  visible?: boolean | null;
}
export interface Deleted extends Written {
  /** By namespace or filter: how many vectors. */
  deleted?: number;
  /** By namespace or filter: whether others may be left; then call again. */
  more?: boolean;
}
/** Documents that the queue accepted. */
export interface Receipt {
  ids: string[];
  count: number;
  request_id: string;
}
export interface SearchResponse {
  count: number;
  matches: Match[];
  /** Whether the scores were computed from the stored vectors. */
  exact: boolean;
  /** `score`: the nearest first. `diversity`: as they were chosen. */
  order: "score" | "diversity";
}
export interface Match {
  id: string;
  score: number;
  values?: number[];
  metadata?: Metadata | null;
  namespace?: string | null;
}
export interface GetResponse {
  vectors: Stored[];
  /** The ids that are not stored. */
  missing: string[];
}
export interface Stored {
  id: string;
  values: number[];
  metadata?: Metadata | null;
  namespace?: string | null;
}
export interface IndexResponse {
  /** Whether the index fits the model. */
  fits: boolean;
  model: string;
  model_dimensions: number;
  dimensions: number;
  /** Null over HTTP with a key that is bound to namespaces. */
  vector_count: number | null;
  processed_up_to_mutation: string | number | null;
  processed_up_to_datetime: string | number | null;
}

type Floats = { shape: number[]; data: Float32Array } & Usage;
type Raw = { shape: number[]; response: Response } & Usage;

/** The binding as it is: `EMBEDDINGS: Embeddings`. */
export interface Embeddings {
  embed(text: string | string[], options: EmbedOptions & { format: "float32" }): Promise<Answer<Floats>>;
  embed(text: string | string[], options: EmbedOptions & { format: "response" }): Promise<Answer<Raw>>;
  embed(text: string | string[], options?: EmbedOptions): Promise<Answer<EmbedResponse & Usage>>;
  similarity(texts: string[], options?: SimilarityOptions): Promise<Answer<SimilarityResponse & Usage>>;
  upsert(documents: DocumentIn[], options: UpsertOptions & { queue: true }): Promise<Answer<Receipt & Usage>>;
  upsert(documents: DocumentIn[], options?: UpsertOptions): Promise<Answer<Written & Usage>>;
  search(text: string | null, options?: SearchOptions): Promise<Answer<SearchResponse & Partial<Usage>>>;
  get(ids: string[]): Promise<Answer<GetResponse>>;
  delete(ids: string[] | null, options?: DeleteOptions): Promise<Answer<Deleted>>;
  describe(): Promise<Answer<IndexResponse>>;
}

/** For `EMBEDDINGS: Service<EmbeddingsEntrypoint>`, which keeps the last overload of a method only. */
export declare class EmbeddingsEntrypoint extends WorkerEntrypoint {
  embed(text: string | string[], options?: EmbedOptions): Promise<Answer<(EmbedResponse & Usage) | Floats | Raw>>;
  similarity(texts: string[], options?: SimilarityOptions): Promise<Answer<SimilarityResponse & Usage>>;
  upsert(documents: DocumentIn[], options?: UpsertOptions): Promise<Answer<(Written | Receipt) & Usage>>;
  search(text: string | null, options?: SearchOptions): Promise<Answer<SearchResponse & Partial<Usage>>>;
  get(ids: string[]): Promise<Answer<GetResponse>>;
  delete(ids: string[] | null, options?: DeleteOptions): Promise<Answer<Deleted>>;
  describe(): Promise<Answer<IndexResponse>>;
}

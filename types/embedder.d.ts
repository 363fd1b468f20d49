// Made by `python -m tools.declarations` from the Structs of the Worker; do not edit.

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
/** What a vector carries and a filter asks for; at most 10 KiB. */
export type Value = string | number | boolean | null | string[];
export type Metadata = { [key: string]: Value | { [key: string]: Value | number[] } };
export type Answer<T> = ({ ok: true } & T) | Failure;
/** Which prompt was used, estimated tokens, and the indexes of texts that the model truncated. */
export interface Told { task: string | null; tokens: number; truncated: number[] }

export interface DocumentIn {
  id: string;
  text: string;
  title?: string | null;
  metadata?: Metadata | null;
}
export interface EmbedResponse {
  shape: Array<number>;
  stored?: Written | null;
  data: Array<Array<number> | string>;
}
export interface GetResponse {
  vectors: Array<Stored>;
  missing: Array<string>;
}
export interface IndexResponse {
  fits: boolean;
  model: string;
  model_dimensions: number;
  dimensions: number;
  vector_count: number;
  processed_up_to_mutation: string | number | null;
  processed_up_to_datetime: string | number | null;
}
export interface Matches {
  count: number;
  matches: Array<Match>;
}
export interface SimilarityResponse {
  shape: Array<number>;
  scores: Array<number | Array<number>>;
}
export interface StoreIn {
  ids: Array<string>;
  namespace?: string | null;
  metadata?: Metadata | Array<Metadata> | null;
  keep_text?: boolean;
  mode?: "insert" | "upsert";
  wait?: boolean;
}
export interface Written {
  count: number;
  mutation_ids: Array<string>;
  visible?: boolean | null;
}
export interface Match {
  id: string;
  score: number;
  values?: Array<number>;
  metadata?: Metadata | null;
  namespace?: string | null;
}
export interface Stored {
  id: string;
  values: Array<number>;
  metadata?: Metadata | null;
  namespace?: string | null;
}
export interface EmbedOptions {
  task?: "classification" | "clustering" | "code_retrieval" | "document" | "fact_verification" | "query" | "question_answering" | "search_document" | "search_query" | "semantic_similarity" | null;
  input_type?: "classification" | "clustering" | "code_retrieval" | "document" | "fact_verification" | "query" | "question_answering" | "search_document" | "search_query" | "semantic_similarity" | null;
  prompt_name?: "classification" | "clustering" | "code_retrieval" | "document" | "fact_verification" | "query" | "question_answering" | "search_document" | "search_query" | "semantic_similarity" | null;
  title?: string | Array<string> | null;
  truncate?: "end" | "error" | null;
  dimensions?: 128 | 256 | 512 | 768 | null;
  encoding_format?: "base64" | "float" | null;
  store?: StoreIn | null;
  format?: "array" | "float32" | "response";
}
export interface SimilarityOptions {
  task?: "classification" | "clustering" | "code_retrieval" | "document" | "fact_verification" | "query" | "question_answering" | "search_document" | "search_query" | "semantic_similarity" | null;
  input_type?: "classification" | "clustering" | "code_retrieval" | "document" | "fact_verification" | "query" | "question_answering" | "search_document" | "search_query" | "semantic_similarity" | null;
  prompt_name?: "classification" | "clustering" | "code_retrieval" | "document" | "fact_verification" | "query" | "question_answering" | "search_document" | "search_query" | "semantic_similarity" | null;
  title?: string | Array<string> | null;
  truncate?: "end" | "error" | null;
  source?: string | null;
  dimensions?: 128 | 256 | 512 | 768 | null;
}
export interface UpsertOptions {
  namespace?: string | null;
  mode?: "insert" | "upsert";
  keep_text?: boolean;
  task?: "classification" | "clustering" | "code_retrieval" | "document" | "fact_verification" | "query" | "question_answering" | "search_document" | "search_query" | "semantic_similarity" | null;
  truncate?: "end" | "error" | null;
  wait?: boolean;
}
export interface SearchOptions {
  task?: "classification" | "clustering" | "code_retrieval" | "document" | "fact_verification" | "query" | "question_answering" | "search_document" | "search_query" | "semantic_similarity" | null;
  input_type?: "classification" | "clustering" | "code_retrieval" | "document" | "fact_verification" | "query" | "question_answering" | "search_document" | "search_query" | "semantic_similarity" | null;
  prompt_name?: "classification" | "clustering" | "code_retrieval" | "document" | "fact_verification" | "query" | "question_answering" | "search_document" | "search_query" | "semantic_similarity" | null;
  title?: string | Array<string> | null;
  truncate?: "end" | "error" | null;
  id?: string | null;
  top_k?: number;
  namespace?: string | null;
  filter?: Metadata | null;
  values?: boolean;
  metadata?: "all" | "indexed" | "none";
  min_score?: number | null;
}
export interface DeleteOptions {
  wait?: boolean;
}

/** The binding as it is: `EMBEDDINGS: Embeddings`. */
export interface Embeddings {
  embed(text: string | Array<string>, options: EmbedOptions & { format: "float32" }): Promise<Answer<{ shape: number[]; data: Float32Array } & Told>>;
  embed(text: string | Array<string>, options: EmbedOptions & { format: "response" }): Promise<Answer<{ shape: number[]; response: Response } & Told>>;
  embed(text: string | Array<string>, options?: EmbedOptions): Promise<Answer<EmbedResponse & Told>>;
  similarity(texts: Array<string>, options?: SimilarityOptions): Promise<Answer<SimilarityResponse & Told>>;
  upsert(documents: Array<DocumentIn>, options?: UpsertOptions): Promise<Answer<Written & Told>>;
  search(text: string | null, options?: SearchOptions): Promise<Answer<Matches>>;
  get(ids: Array<string>): Promise<Answer<GetResponse>>;
  delete(ids: Array<string>, options?: DeleteOptions): Promise<Answer<Written>>;
  describe(): Promise<Answer<IndexResponse>>;
}

/** For `EMBEDDINGS: Service<EmbeddingsEntrypoint>`. */
export declare class EmbeddingsEntrypoint extends WorkerEntrypoint {
  embed(text: string | Array<string>, options?: EmbedOptions): Promise<Answer<EmbedResponse & Told | { shape: number[]; data: Float32Array } & Told | { shape: number[]; response: Response } & Told>>;
  similarity(texts: Array<string>, options?: SimilarityOptions): Promise<Answer<SimilarityResponse & Told>>;
  upsert(documents: Array<DocumentIn>, options?: UpsertOptions): Promise<Answer<Written & Told>>;
  search(text: string | null, options?: SearchOptions): Promise<Answer<Matches>>;
  get(ids: Array<string>): Promise<Answer<GetResponse>>;
  delete(ids: Array<string>, options?: DeleteOptions): Promise<Answer<Written>>;
  describe(): Promise<Answer<IndexResponse>>;
}

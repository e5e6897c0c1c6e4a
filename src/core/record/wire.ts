/**
 * What crosses the wire: the bodies of the REST routes, the standing document, the kernel message.
 *
 * Generated from jupyter_llm_meter/jupyter/openapi.yaml and jupyter_llm_meter/event_schemas/standing/v1.yaml by
 * `npm run build:contract`. Do not edit.
 */

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /**
     * Format: date-time
     * @description RFC 3339, UTC.
     */
    readonly Time: string;
    /** @description A decimal number of at least 0. */
    readonly Amount: string;
    /** @enum {unknown} */
    readonly Unit: 'tokens' | 'USD' | 'calls';
    readonly Currency: {
      /** @description Of ISO 4217. */
      readonly code: string;
      /** @description What one dollar costs. */
      readonly per_usd: components['schemas']['Amount'];
      /**
       * Format: date
       * @description The day of the rate.
       */
      readonly as_of: string;
    };
    readonly Owner: {
      readonly user: string;
      /** @description Absent where there is none. */
      readonly team?: string;
      /** @description LLM_METER_PROJECT of the server; absent where it is not set. */
      readonly project?: string;
    };
    readonly Problem: {
      /** @description A ProblemCode; `channel:NAME` is a problem of one alert channel. Later versions may send others. */
      readonly code: string;
      /** @description What happened and what to do, in English. */
      readonly message: string;
      /** @description The same as a code with values, for a page that says it in its own language. */
      readonly explanation: components['schemas']['Explanation'];
    };
    /**
     * @description What happened and what to do. jupyter_llm_meter/core/data/explanations.json has the English text of every code. Later
     *     versions may send others; `text` says the same in English.
     */
    readonly Explanation: {
      readonly code: string;
      /** @description What the text names; what is explained in turn is an explanation. */
      readonly values: {
        readonly [key: string]:
          | string
          | number
          | components['schemas']['Explanation']
          | readonly components['schemas']['Explanation'][];
      };
      readonly text: string;
    };
    /** @enum {unknown} */
    readonly ProblemCode:
      | 'channel'
      | 'environment'
      | 'gate'
      | 'hub-away'
      | 'hub-no-token'
      | 'ledger-corrupt'
      | 'ledger-foreign'
      | 'ledger-newer'
      | 'ledger-unavailable'
      | 'ledger-unusable'
      | 'limits-config'
      | 'limits-settings'
      | 'messages-lost'
      | 'not-durable'
      | 'price-table'
      | 'service-server'
      | 'spool-lines'
      | 'spool-unreadable'
      | 'time-zone'
      | 'tokenizer-missing';
    readonly Limit: {
      /** @description scope[=value]/window/unit; ends in /own where a user's limit holds beside the administrator's. */
      readonly id: string;
      /** @enum {unknown} */
      readonly scope:
        'user' | 'team' | 'key' | 'project' | 'notebook' | 'kernel' | 'model' | 'provider';
      readonly value: string | null;
      /** @enum {unknown} */
      readonly window: 'hour' | 'day' | 'week' | 'month' | 'total';
      readonly unit: components['schemas']['Unit'];
      /** @description As it was set; the amount in force, raises included, is the standing's. */
      readonly amount: number;
      readonly warn_at: readonly number[];
      /** @enum {unknown} */
      readonly on_exceed: 'warn' | 'block';
      /**
       * @description What becomes of calls of models without a known price: `allow`: they don't count; `block`: they are
       *     refused; a decimal: they count at so many US dollars per million tokens. Absent unless the unit is USD.
       */
      readonly unpriced?: string;
      readonly notify: readonly string[] | null;
      /** @description IANA name. */
      readonly time_zone: string;
      /** @enum {unknown} */
      readonly week_start:
        'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';
      readonly reset_hour: number;
      /**
       * @description `config` is the administrator's.
       * @enum {unknown}
       */
      readonly source: 'default' | 'settings' | 'config';
      /** @description What its name says because another limit in force differs in it; absent where nothing does. */
      readonly named_by?: readonly ('time_zone' | 'week_start' | 'reset_hour' | 'own')[];
    };
    readonly Standing: {
      readonly limit: components['schemas']['Limit'];
      /** @description The user, model, ... whose use this is. */
      readonly subject: string;
      readonly window_start: components['schemas']['Time'];
      /**
       * Format: date-time
       * @description Absent for a total.
       */
      readonly resets_at?: string;
      /** @description The amount in force, raises included. */
      readonly amount: components['schemas']['Amount'];
      /** @description The sum of the raises in force; absent when there is none. */
      readonly raised?: components['schemas']['Amount'];
      /** @description Of a limit in USD, the calls of models without a known price in this window; absent when there is none. */
      readonly unpriced_calls?: number;
      /** @description Whether this user may add to the limit. */
      readonly can_raise: boolean;
      readonly used: components['schemas']['Amount'];
      /** @description What calls in flight may still use. */
      readonly reserved: components['schemas']['Amount'];
      /** @description The part of `reserved` that could only be estimated; absent when there is none. */
      readonly soft_by?: components['schemas']['Amount'];
      readonly remaining: components['schemas']['Amount'];
      /** @description Used share of the amount. */
      readonly ratio: number;
      /**
       * @description `blocked`: a hard limit that is used up.
       * @enum {unknown}
       */
      readonly level: 'ok' | 'warning' | 'exceeded' | 'blocked';
      readonly forecast?: components['schemas']['Forecast'];
    };
    /** @description Where a limit is heading at this pace; absent where there are too few calls to say. */
    readonly Forecast: {
      /** @description The use at the end of the window; absent for a total. */
      readonly used?: components['schemas']['Amount'];
      /** @description The used share of the amount at the end of the window. */
      readonly ratio?: number;
      /** @description When the amount is reached; absent when that is after the window. */
      readonly reached_at?: components['schemas']['Time'];
    };
    readonly Alert: {
      readonly id: string;
      readonly limit_id: string;
      readonly subject: string;
      /** @description Share of the amount; 1 is the limit itself. */
      readonly threshold: number;
      /**
       * @description `blocked`: a call was refused; `needed` and `reserved` say why, as far as known.
       * @enum {unknown}
       */
      readonly kind: 'warning' | 'exceeded' | 'blocked';
      readonly window_start: components['schemas']['Time'];
      /**
       * Format: date-time
       * @description Absent for a total.
       */
      readonly resets_at?: string;
      readonly raised_at: components['schemas']['Time'];
      readonly used: components['schemas']['Amount'];
      readonly amount: components['schemas']['Amount'];
      readonly unit: components['schemas']['Unit'];
      /** @description What the refused call would have needed at most. */
      readonly needed?: components['schemas']['Amount'];
      /** @description What calls in flight held when it was refused. */
      readonly reserved?: components['schemas']['Amount'];
      /** @description The model without a known price, where the call was refused for want of one. */
      readonly unpriced_model?: string;
      /** @description The notebook that used most of the limit, where known. */
      readonly top_notebook?: string;
      /** @description The id of the cell of that notebook that used most of the limit, where known. */
      readonly top_cell?: string;
    };
    readonly Runaway: {
      readonly id: string;
      readonly kernel_id: string;
      readonly notebook_path?: string;
      readonly calls_per_minute: number;
      readonly usual_calls_per_minute?: number;
      /** @description US dollars. */
      readonly cost_per_minute: string;
      /** @description US dollars. */
      readonly usual_cost_per_minute?: string;
      readonly raised_at: components['schemas']['Time'];
    };
    readonly Unmetered: {
      readonly kernel_id: string;
      /** @description Of the kernelspec. */
      readonly name: string;
      readonly path?: string;
      /**
       * @description What people call a kernel without a document, as `Console 1` or `Python 3 (ipykernel) 1a2b3c4d`; absent where there
       *     is a path.
       */
      readonly label?: string;
      /** @enum {unknown} */
      readonly reason: 'language' | 'no-tap';
    };
    readonly Summary: {
      readonly calls: number;
      readonly input_tokens: number;
      readonly output_tokens: number;
      /** @description US dollars; absent when no call was priced. */
      readonly cost?: components['schemas']['Amount'];
      readonly unpriced_calls: number;
      readonly missing_calls: number;
    };
    /**
     * @description How far each limit is used now, which alerts are not acknowledged yet, and what is not metered. Sent after calls were
     *     committed to the ledger, at most four times a second. `GET llm-meter/api/v1/standing` answers with the same object,
     *     without `call_ids`. This file is the only definition of the standing document: openapi.yaml refers to it, and the
     *     page's types are generated from it.
     */
    readonly StandingDocument: {
      /** @description Grows by one with each event of one service; starts again at 0 with the service. */
      readonly seq: number;
      readonly as_of: components['schemas']['Time'];
      readonly state: {
        /** @enum {unknown} */
        readonly level: 'ok' | 'degraded';
        readonly problems: readonly components['schemas']['Problem'][];
      };
      /** @description The standings nearest to their amounts, 100 at most. */
      readonly standings: readonly components['schemas']['Standing'][];
      /** @description How many further standings there are; absent when there are none. */
      readonly more_standings?: number;
      /** @description The alerts of the current windows that are not acknowledged. */
      readonly alerts: readonly components['schemas']['Alert'][];
      /** @description Sums of today; absent while the ledger could not be read since the service began. */
      readonly today?: components['schemas']['Summary'];
      /** @description Sums of this month; absent while the ledger could not be read since the service began. */
      readonly month?: components['schemas']['Summary'];
      /**
       * @description Running kernels whose calls are not seen. A kernel in or below which a tap has reported a call is not one of them;
       *     its outputs must not be read.
       */
      readonly unmetered: readonly components['schemas']['Unmetered'][];
      /** @description Kernels whose last minute was far above their user's habit, not acknowledged. */
      readonly runaways?: readonly components['schemas']['Runaway'][];
      /** @description Calls committed since the event before; in events only. */
      readonly call_ids?: readonly string[];
      /** @description The version of the server extension. */
      readonly version?: string;
      /** @description Whose calls this service records when a call does not say. */
      readonly owner?: components['schemas']['Owner'];
      /** @description What is shown beside dollars; absent where an administrator has set none. All amounts are in dollars. */
      readonly currency?: components['schemas']['Currency'];
    };
    readonly Error: {
      readonly message: string;
      readonly reason?: string | null;
      /** @description The message as a code with values; absent where the page has no text of its own for it. */
      readonly explanation?: components['schemas']['Explanation'];
    };
    readonly CallPage: {
      readonly calls: readonly components['schemas']['CallRecord'][];
      /** @description Absent on the last page. */
      readonly next_cursor?: string;
    };
    readonly ReportedCalls: {
      readonly records: readonly components['schemas']['CallRecord'][];
    };
    readonly ReportedAnswer: {
      readonly acknowledged: readonly string[];
    };
    readonly About: {
      readonly version: string;
      readonly formats: readonly ('csv' | 'json' | 'jsonl' | 'parquet')[];
    };
    readonly Programs: {
      readonly programs: readonly components['schemas']['Program'][];
    };
    readonly Program: {
      /** @description Of the program, without its arguments. */
      readonly name: string;
      /** @description The kernel that it runs below; absent below a terminal. */
      readonly kernel_id?: string;
      /** @description Path or name of what uses that kernel. */
      readonly started_in?: string;
    };
    readonly Diagnosis: {
      /** @description False when something is broken or not metered. */
      readonly ok: boolean;
      readonly findings: readonly components['schemas']['Finding'][];
      /** @description The last request that looked like an LLM call and was not counted. */
      readonly unrecognised?: {
        readonly host: string;
        readonly path: string;
        readonly at: string;
      };
      /** @description The last unknown path that was counted because its answer had usage. A hard limit cannot refuse it. */
      readonly recognised_by_answer?: {
        readonly host: string;
        readonly path: string;
        readonly api: string;
        readonly at: string;
      };
      /** @description The last usage object with members that are not read. */
      readonly unknown_usage_members?: {
        readonly provider: string;
        readonly api: string;
        readonly members: string;
        readonly at: string;
      };
      /** @description What the meter never sees. */
      readonly not_seen: readonly {
        readonly code: string;
        readonly text: string;
      }[];
    };
    readonly Finding: {
      /** @enum {unknown} */
      readonly area:
        | 'service'
        | 'ledger'
        | 'folder'
        | 'spool'
        | 'limits'
        | 'gateway'
        | 'kernelspec'
        | 'python'
        | 'kernel'
        | 'program';
      /** @description Which one. */
      readonly subject: string;
      /** @enum {unknown} */
      readonly verdict: 'good' | 'bad' | 'unknown';
      /** @description What was found. A later server may have more codes; `text` says the same in English. */
      readonly code: string;
      readonly values: components['schemas']['Explanation']['values'];
      readonly text: string;
    };
    /** @description What the tabs of a page in local mode counted. */
    readonly Takeover: {
      readonly parts: readonly components['schemas']['TakeoverPart'][];
      /**
       * @description Ids of alerts that the user has seen. An id is the JSON text of the list limit id, subject (null: the page's user),
       *     threshold, window start, amount.
       */
      readonly acknowledged: readonly string[];
    };
    /** @description What one tab counted. */
    readonly TakeoverPart: {
      readonly id: string;
      /** @description The revision up to which a ledger took the part before. */
      readonly base: number;
      readonly revision: number;
      /** @description Sums of its older calls. */
      readonly rollups: readonly components['schemas']['Rollup'][];
      /** @description Its newest calls. */
      readonly records: readonly components['schemas']['CallRecord'][];
    };
    readonly TakeoverAnswer: {
      readonly taken: readonly {
        readonly id: string;
        readonly revision: number;
      }[];
    };
    readonly ChannelTest: {
      /** @description The channels that were set up; empty if there are none. */
      readonly channels: readonly {
        /** @description Its name; empty where the setting that lists the channels can't be read. */
        readonly channel: string;
        /** @description Whether the channel took the message. */
        readonly delivered: boolean;
        /** @description Why it did not. */
        readonly problem?: components['schemas']['Explanation'];
      }[];
    };
    readonly CellsAnswer: {
      readonly cells: readonly components['schemas']['CellRuns'][];
      /**
       * @description The path of the notebook that this one, which has no history yet, is a copy of, by its cells; absent when
       *     it is none.
       */
      readonly copy_of?: string;
    };
    readonly CellRuns: {
      readonly cell_id: string;
      /** @description The newest runs, newest first. */
      readonly runs: readonly components['schemas']['CellRun'][];
    };
    readonly UsageAnswer: {
      readonly group_by: string;
      /** Format: date-time */
      readonly from?: string;
      /** Format: date-time */
      readonly to?: string;
      readonly rows: readonly components['schemas']['UsageRow'][];
    };
    readonly RunRequest: {
      readonly kernel_id: string;
      /** @description The message id of the `execute_request`. */
      readonly run_id: string;
      readonly cell_id: string;
    };
    readonly Claim: {
      readonly claimant: string;
    };
    readonly ClaimAnswer: {
      readonly claimed: boolean;
    };
    readonly RaisesAnswer: {
      readonly raises: readonly components['schemas']['Raise'][];
    };
    readonly RaiseRequest: {
      readonly limit_id: string;
      readonly subject: string;
      /** @description How much is added, in the limit's unit; greater than 0. */
      readonly amount: components['schemas']['Amount'];
      readonly reason: string;
      /**
       * Format: date-time
       * @description The first instant at which it no longer holds; absent is the end of the window. A total needs one.
       */
      readonly expires_at?: string;
    };
    readonly Raise: {
      readonly id: string;
      readonly limit_id: string;
      readonly subject: string;
      readonly amount: components['schemas']['Amount'];
      readonly unit: components['schemas']['Unit'];
      readonly reason: string;
      readonly user: string;
      /** Format: date-time */
      readonly raised_at: string;
      /** Format: date-time */
      readonly expires_at: string;
    };
    readonly UsageRow: {
      readonly group?: string;
      /** @description Of a kernel, what people call it, where that is known. Its notebook, else its program. */
      readonly name?: string;
      /** @description Of a cell, where it is known. */
      readonly notebook?: string;
      readonly split?: string;
      /**
       * @description The sum of the groups, or of the splits of a time, beyond the limit.
       * @constant
       */
      readonly is_rest?: true;
      readonly calls: number;
      readonly input_tokens: number;
      readonly output_tokens: number;
      readonly cost?: components['schemas']['Amount'];
      readonly unpriced_calls: number;
      readonly missing_calls: number;
      readonly cache_read_input_tokens: number;
      readonly cache_write_input_tokens: number;
      readonly reasoning_output_tokens: number;
    };
    /** @description The calls of one run of a cell. */
    readonly CellRun: {
      /** @description The message id of the request that ran the cell. */
      readonly run_id: string;
      /**
       * Format: date-time
       * @description When its first call began.
       */
      readonly started_at: string;
      readonly calls: number;
      readonly input_tokens: number;
      readonly output_tokens: number;
      readonly cost?: components['schemas']['Amount'];
      readonly unpriced_calls: number;
      readonly missing_calls: number;
      /** @description Calls whose figures were counted and not reported. */
      readonly counted_calls: number;
      readonly models: readonly string[];
    };
    /** @description Sums of the calls of one series that began in one quarter hour; a sum that is not given is zero. */
    readonly Rollup: {
      /** Format: date-time */
      readonly quarter: string;
      readonly team?: string;
      readonly key_fingerprint?: string;
      readonly project?: string;
      readonly notebook_path?: string;
      readonly kernel_id?: string;
      readonly model?: string;
      readonly provider_name?: string;
      readonly operation_name?: string;
      readonly calls: number;
      readonly missing_calls?: number;
      readonly unpriced_calls?: number;
      readonly priced_calls?: number;
      readonly input_tokens?: number;
      readonly output_tokens?: number;
      readonly cache_read_input_tokens?: number;
      readonly cache_write_input_tokens?: number;
      readonly reasoning_output_tokens?: number;
      readonly cost?: components['schemas']['Amount'];
    };
    /** @description The public record of a call, see docs/reference/protocol.md; a field that is not known is absent. */
    readonly CallRecord: {
      readonly 'llm_meter.call.id': string;
      /** Format: date-time */
      readonly 'llm_meter.call.started_at': string;
      /** @enum {unknown} */
      readonly 'llm_meter.call.status': 'ok' | 'error' | 'aborted' | 'refused';
      /** @enum {unknown} */
      readonly 'llm_meter.call.basis': 'reported' | 'counted' | 'partial' | 'missing' | 'none';
      /** @enum {unknown} */
      readonly 'llm_meter.call.source':
        'tap' | 'message' | 'output' | 'manual' | 'import' | 'gateway';
      /** @description Seconds. */
      readonly 'llm_meter.call.duration_s'?: number;
      readonly 'gen_ai.operation.name'?: string;
      readonly 'gen_ai.provider.name'?: string;
      readonly 'gen_ai.request.model'?: string;
      readonly 'gen_ai.response.model'?: string;
      readonly 'gen_ai.response.id'?: string;
      readonly 'gen_ai.request.stream'?: boolean;
      /** @description Seconds. */
      readonly 'gen_ai.response.time_to_first_chunk'?: number;
      readonly 'openai.response.service_tier'?: string;
      /** @description Includes cache reads and writes. */
      readonly 'gen_ai.usage.input_tokens'?: number;
      /** @description Includes reasoning. */
      readonly 'gen_ai.usage.output_tokens'?: number;
      readonly 'gen_ai.usage.cache_read.input_tokens'?: number;
      readonly 'gen_ai.usage.cache_creation.input_tokens'?: number;
      readonly 'gen_ai.usage.reasoning.output_tokens'?: number;
      readonly 'llm_meter.usage.audio.input_tokens'?: number;
      readonly 'llm_meter.usage.audio.output_tokens'?: number;
      readonly 'llm_meter.usage.image.input_tokens'?: number;
      readonly 'llm_meter.usage.image.output_tokens'?: number;
      /** @description The provider's own usage object. */
      readonly 'llm_meter.usage.raw'?: {
        readonly [key: string]: unknown;
      };
      readonly 'llm_meter.usage.flags'?: readonly string[];
      /** @description Runs of the provider's own tools, by tool. */
      readonly 'llm_meter.usage.tool_calls'?: {
        readonly [key: string]: number;
      };
      /** @description What counted the tokens; with the bases counted and partial. */
      readonly 'llm_meter.usage.tokenizer'?: string;
      readonly 'llm_meter.cost.amount'?: components['schemas']['Amount'];
      /** @description ISO 4217. */
      readonly 'llm_meter.cost.currency'?: string;
      readonly 'llm_meter.cost.source'?: string;
      readonly 'server.address'?: string;
      readonly 'server.port'?: number;
      readonly 'error.type'?: string;
      /** @description The server extension that made the call, such as a chat assistant. */
      readonly 'gen_ai.agent.name'?: string;
      /** @description What people call the script, console or kernel that made the call, such as `train.py` or `Console 1 (Python 3)`. */
      readonly 'llm_meter.program.name'?: string;
      readonly 'user.id'?: string;
      readonly 'llm_meter.team'?: string;
      /** @description A keyed hash of the API key. */
      readonly 'llm_meter.key.fingerprint'?: string;
      readonly 'llm_meter.project'?: string;
      readonly 'llm_meter.kernel.id'?: string;
      /** @description Under the root of the lab. */
      readonly 'llm_meter.notebook.path'?: string;
      readonly 'llm_meter.cell.id'?: string;
      /** @description The run of the cell, by the message id of the request that ran it. */
      readonly 'llm_meter.run.id'?: string;
      /** @description The limit that refused the call. */
      readonly 'llm_meter.limit.id'?: string;
    };
    /**
     * @description The data of the `comm_msg` with the comm id `llm-meter`, no body of a route. It holds a finished call (`record`), an
     *     answer under way (`under_way`), or neither: then it says that the tap is alive.
     */
    readonly KernelMessage: {
      /** @constant */
      readonly version: 1;
      /** @description The tap; new with each start of the kernel. */
      readonly tap: string;
      /** @description The number of the call, from 1; without a record, how many calls were sent so far. */
      readonly seq?: number;
      /** @description Ids of the calls sent before, oldest first, the last 32 at most. */
      readonly recent?: readonly string[];
      /** @description Sums over the calls sent before. */
      readonly totals?: {
        readonly input_tokens: number;
        readonly output_tokens: number;
      };
      readonly record?: components['schemas']['CallRecord'];
      readonly under_way?: components['schemas']['UnderWay'];
    };
    /** @description An answer that is still streaming in; shown, never counted. */
    readonly UnderWay: {
      readonly 'llm_meter.call.id': string;
      /** Format: date-time */
      readonly 'llm_meter.call.started_at': string;
      readonly 'gen_ai.request.model'?: string;
      readonly 'llm_meter.cell.id'?: string;
      readonly 'llm_meter.run.id'?: string;
      /** @description How many pieces with text have arrived. */
      readonly pieces: number;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type Time = components['schemas']['Time'];
export type Amount = components['schemas']['Amount'];
export type Unit = components['schemas']['Unit'];
export type Currency = components['schemas']['Currency'];
export type Owner = components['schemas']['Owner'];
export type Problem = components['schemas']['Problem'];
export type Explanation = components['schemas']['Explanation'];
export type ProblemCode = components['schemas']['ProblemCode'];
export type Limit = components['schemas']['Limit'];
export type Standing = components['schemas']['Standing'];
export type Forecast = components['schemas']['Forecast'];
export type Alert = components['schemas']['Alert'];
export type Runaway = components['schemas']['Runaway'];
export type Unmetered = components['schemas']['Unmetered'];
export type Summary = components['schemas']['Summary'];
export type StandingDocument = components['schemas']['StandingDocument'];
export type Error = components['schemas']['Error'];
export type CallPage = components['schemas']['CallPage'];
export type ReportedCalls = components['schemas']['ReportedCalls'];
export type ReportedAnswer = components['schemas']['ReportedAnswer'];
export type About = components['schemas']['About'];
export type Programs = components['schemas']['Programs'];
export type Program = components['schemas']['Program'];
export type Diagnosis = components['schemas']['Diagnosis'];
export type Finding = components['schemas']['Finding'];
export type Takeover = components['schemas']['Takeover'];
export type TakeoverPart = components['schemas']['TakeoverPart'];
export type TakeoverAnswer = components['schemas']['TakeoverAnswer'];
export type ChannelTest = components['schemas']['ChannelTest'];
export type CellsAnswer = components['schemas']['CellsAnswer'];
export type CellRuns = components['schemas']['CellRuns'];
export type UsageAnswer = components['schemas']['UsageAnswer'];
export type RunRequest = components['schemas']['RunRequest'];
export type Claim = components['schemas']['Claim'];
export type ClaimAnswer = components['schemas']['ClaimAnswer'];
export type RaisesAnswer = components['schemas']['RaisesAnswer'];
export type RaiseRequest = components['schemas']['RaiseRequest'];
export type Raise = components['schemas']['Raise'];
export type UsageRow = components['schemas']['UsageRow'];
export type CellRun = components['schemas']['CellRun'];
export type Rollup = components['schemas']['Rollup'];
export type CallRecord = components['schemas']['CallRecord'];
export type KernelMessage = components['schemas']['KernelMessage'];
export type UnderWay = components['schemas']['UnderWay'];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;

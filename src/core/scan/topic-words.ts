/**
 * The words by which a line says that its figures of tokens are not what a call used.
 *
 * They are grouped by what such lines are about. A word of every day counts only where it stands right before a figure or a name of
 * tokens, because the texts of users and models stand on the same lines as the usage of their calls.
 */

/** Names of tokens, as they follow a word that is about them. */
const TOKENS = '(?:tokens?|usage|inputs?|outputs?|prompts?|completions?)';

const ENGLISH = [
  // Bounds.
  'limits?|limited|quotas?|budgets?|budgeted|allowances?|at most|at least|up to|no more than|capped|ceiling|thresholds?|capacity',
  'bounds?|constraints?|requirements?(?! ?v?\\d)|available|windows?|context (?:length|size)|theoretical|such as|returns an?|\\([+-]\\d',
  '(?:team|account|workspace|company|department) usage',
  'allowed|allows?|permits?|includes?|covers?|offers?|grants?|(?:free )?credits (?:cover|include)|by default|exceeds?|exceeded|remaining|left|leav(?:es|ing)|unused|supports?|accepts?|handles?|can (?:take|process|read|handle|produce|generate|accept|hold|use)',
  'too (?:long|large|many)|(?:under|over|below|above|within|less than|more than|fewer than) \\d[\\d,]*(?= tok)',
  // Statistics.
  'averag(?:e|es|ed|ing)|avg|mean|median|stdev|sd|variance|p\\d\\d|(?:\\d\\dth )?percentiles?|quantiles?|distribution|histogram|correlation',
  'longest|shortest|largest|smallest|highest|lowest|biggest|ranges?|typical|typically|usually|each|every',
  '(?:min|max|minimum|maximum|limit|avg|mean|median|est|estimated|approx)(?=\\.?\\))',
  // Estimates, plans, examples.
  'estimat(?:e|es|ed|ion)(?! ?[$¥€])|approx(?:\\.|imately|imate)?|roughly|around \\d|about \\d|projected|forecast|hypothetical|worst[ -]case',
  'fixtures?|stub(?:bed)?|exercises?|quiz|homework|see (?:the )?docs?|documentation|loaded from|from disk|from (?:the )?(?:file|cache file|log)|replay(?:ed)?|archived?|(?:session|call|usage) history|planned|recommended|recommends?|suggested|for example|examples?|e\\.g\\.|for instance|suppose|assum(?:e|es|ed|ing)|would|should|could|might',
  'imagine|let.s say|picture|consider|scenarios?|test case|load test|stress test|unit tests?|looks? like|must be|(?:as|but) expected|(?:predicted|expected|estimated|planned|target|goal):',
  'simulat(?:e|es|ed|ing|ion)|synthetic|dummy|fake|mocked|mock|reserved?|reserving|goal|will (?:use|need|cost)|needs?|requires?|you pay|warm-?up',
  // Prices.
  'pricing|prices|costs? (?:table|comparison|matrix|breakdown) (?:for|of)|price (?:list|table|sheet|calculator|per)|calculator|tariffs?|per (?:token|[\\d.,]*[km]|million|thousand)|tokens? per',
  // Data, training, workloads.
  'benchmark(?:s|ing)?|(?:eval(?:uation)?|test|validation|dev) (?:set|split)|train(?:ing)? (?:set|split|data|tokens?|run)|(?:pre-?)?trained|fine-?tun(?:ed|ing)|datasets?|corpus|corpora|vocab(?:ulary)?',
  'lex(?:ers?|ed|ing)|pars(?:ers?|ed|ing)|compil(?:er|ed|ing)|(?:json|xml|html|sql|yaml|csv|lexical|syntax|source|stop|special|unknown|pad|mask|unique|distinct|word|subword|char(?:acter)?|security|design|git|github) tokens?|tokens? (?:from|to|into) [\\w/.-]+\\.[a-z]{1,4}|tokeni[sz]ers?|tokeni[sz](?:ed|ing|ation)|encod(?:e|ed|ing)|tiktoken|sentencepiece|wordpiece|(?:cl100k|o200k|p50k)(?:_base)?|num_tokens_from_\\w+|\\d ?(?:tokens?|toks?)? ?\\/ ?(?:s|sec|min|minute|hour|h|day)(?![a-z])|req(?:uest)?s?\\/s',
  'epochs? ?[:=#/]? ?\\d+|(?:\\w+_)?loss (?:(?:on|over|of|for) )?[:=]? ?\\d[\\d.,]*|(?:acc(?:uracy)?|f1|bleu|rouge\\w*|ppl|perplexity|pass@\\d+) ?(?:(?:on|over|of|for|at) |[ =:]{1,2})\\d[\\d.,]*|drift|hourly|training|encoder|decoder|padding|masked|special tokens|stop tokens|truncat(?:ed|ing|ion)|overlap|chunk size|dry[ -]run|placeholder|baseline',
  'sequence lengths?|workload|throughput|embeddings?(?! (?:usage|done|call|cost|requests?|response|finished|created)\\b)|attention|alignment|(?:input|output|prompt|completion) token \\d+',
  // Periods and accounts.
  'yesterday|today|tomorrow|(?:this|last|per|past|a) (?:\\d+ )?(?:second|minute|hour|day|week|month|quarter|year)s?|an hour|daily|weekly|monthly|yearly',
  '(?:in|for|since|until|during|through|of) (?:(?:early|mid|late) )?(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?(?: \\d{1,2})?(?:,? \\d{4})?(?! \\d)',
  '(?:since|until|from|between|as of) (?:\\d{4}-\\d\\d-\\d\\d|\\d{1,2}[./]\\d)|lifetime|all[- ]time|(?:month|year|week|day|to)[- ]to[- ]date|to date|billing (?:period|cycle|month)|\\bq[1-4] \\d{4}|fiscal',
  'project totals|by (?:user|day|date|week|month|project|team|hour|key)|\\((?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\\)|\\d{4}-w\\d\\d|usage report|all users|per (?:min|user|sample|doc|document|page|row)|tiers?|organi[sz]ation|invoice|subscription|rpm|tpm|itpm|otpm',
  // Differences.
  'saved(?! (?:to|in|as|at|under)\\b)|savings?|wasted|avoided|trimm(?:ed|ing)|discarded|differences?|diff|delta|changed?|compared|compress(?:ed|ion)|reduc(?:ed|tion)|original',
  // Parts of documents.
  'fields|columns?|sections?|chapter|parameters?|arguments?|figure \\d|tables? \\d',
  // Other tokens.
  '(?:bytes?|packets?|requests|responses|files?|messages|bits) (?:in|out)|token ring',
  '(?:an?|any|one|each|every) (?:\\w+ )?(?:call|request|query|conversation) (?:using|with|of|that|which)',
  '(?:input|output|hidden|layer) (?:sizes?|dim(?:ension)?s?|shape)[ :=]{1,2}\\d[\\d,]*(?![\\d,]* ?tok)',
  'gas|utxo|mint(?:ed|s)?|stak(?:ed|ing)|wallets?|oauth|csrf|refresh tokens?|access tokens?|swap(?:s|ped)?|liquidity|pools?|airdrop(?:ped)?|burn(?:ed|t)|vesting',
  'usd[ct]|erc-?20|erc-?721|nfts?|ethereum|solana|bitcoin|\\beth\\b|holders?|circulating|slippage|on-?chain|blockchain|jwt|bearer|session tokens?|api tokens?(?! (?:used|consumed|usage|spent))|parking|arcade|laundry|coins?|(?:to|from) 0x[0-9a-f]+|packets|refill(?:s|ed)?|token bucket|bucket|escrow|lockers?|visitors?|employees?|survey|tickets?|inodes?',
  '(?:free|pro|basic|premium|enterprise|starter|plus|business)(?: (?:plan|tier|users?))?[: ] ?\\d[\\d.,]*[km]?(?= (?:in|out|prompt|completion|tok))',
  '-none- +\\w+',
  `(?:expected|predicted|target(?:ed)?|desired|maximum|max|minimum|min|padded|truncated|default|sample|random|ideal)(?: \\S{1,20}){0,2}?[ :]{1,2}${TOKENS}`,
  `${TOKENS} (?:max|min|maximum|limit)`
].join('|');

const CHINESE =
  '每(?:条|个|份|人|天|日|月|小时|分钟|秒)|样本|平均|上限|限制|限额|配额|预算|最大|最多|至多|不超过|剩余|单价|价格|训练|数据集|语料|' +
  '例如|比如|示例|假设|假如|预计|预估|估算|估计|大约|约为|建议|上下文(?:长度|窗口)|百万|阈值|今日|本月|上个?月|上周|去年|月度|年度|账户|余额|昨天|节省|套餐|限流|\\/ ?(?:分钟|秒|天|小时)|\\/千|\\/百万';

/** A line about something else. */
export const IS_OTHER = new RegExp(
  `(?<![\\w-])(?:${ENGLISH})(?![\\w-])|(?:^|[:|] ?)(?:plan|defaults?): |\\d ?(?:[kmgt]i?b|bytes|blocks|mbps)(?!\\w).*\\d ?(?:[kmgt]i?b|bytes|blocks|mbps)(?!\\w)|^\\W*tok(?:en)?s?\\/s\\w* ?[:=|]|\\d ?± ?\\d|\\bn ?= ?\\d{2,}\\s*$|(?<![\\w"'/-])[<>≤≥]=? ?\\d[\\d,.]*k? ?(?=tok|in|out|prompt|completion)|[~≈] ?\\d[\\d,]*k? ?(?=tok|in\\b|out\\b|input|output|prompt|completion)|${CHINESE}`,
  'i'
);

/** Requests of somebody, errors, code, and the sizes of a workload: the whole line is one. */
const REQUEST = [
  // A change of one figure.
  String.raw`(?<!(?:→|->|=>|\/)\s?)\b(?:prompt|completion|input|output)(?:[ _]tokens?)?\s?[:=]?\s?\d[\d,]*\s?(?:->|→|=>|vs\.?)\s?\d`,
  String.raw`^\s*(?:please )?(?:set|pass|use|keep|choose|provide|specify|allocate|see) (?=[a-z])`,
  String.raw`^\s*(?:[\w.]+\.)?\w+(?:Error|Exception|Warning)\b\s*:`,
  String.raw`^E {3,}|^(?:FAILED|PASSED) `,
  String.raw`\b(?:Conv\w*|Linear|Bilinear|LSTM|GRU|Dense\w*)\(`,
  String.raw`\binput_(?:value|type)=|\brate-?limit|\b(?:count|estimate)_tokens\b`,
  String.raw`(?:\d ?[*×] ?|[=(+] ?)(?:\w+\.)?\w*_tokens ?[*/×] ?\d|\d ?[*×] ?(?:\w+\.)?\w*_tokens\b`,
  String.raw`\b(?:\w*batch_size|per_device_\w+|bs|num_gpus|n_gpus|concurrency|seq_len|world_size|num_prompts|num_samples|n_samples|qps)\s?[=:]\s?\d`
].join('|');
export const IS_REQUEST = new RegExp(REQUEST, 'im');

/** A line above an example, which ends with a colon. */
export const IS_INTRODUCTION =
  /^.*(?:\b(?:looks? (?:like|as follows)|(?:for|an?|the|this|some|another|here is an?|one) example|example (?:of|output|response|usage|answer|result|payload)|e\.g\.|for instance|such as|(?:sample|made-up|made up|fictional|fictitious|imaginary|invented|mock(?:ed)?|dummy|fake|expected|hypothetical|illustrative|typical) (?:\w+ ){0,2}(?:output|response|usage|answer|result|object|payload|json|dict)|(?:would|might|should|will|could|can|may) (?:be|look|return|print|see|get|show)(?: \w+){0,3}|schema|signature|definition|the following (?:format|shape|structure|form|fields?)|in this (?:format|form|shape))\b|例如|示例|如下(?:所示|格式)).*[:：]\**\s*$/i;

/** A title of a period. */
export const IS_PERIOD =
  /^[^\n]{0,40}\d{4}-\d\d-\d\d ?(?:\.{2,}|[–—-]|to|→|until|through) ?\d{4}-\d\d-\d\d(?:\W*$|:.*\d.*\btok)/i;

/** Words of titles that make every figure below them something else. */
export const IS_OTHER_TITLE =
  /\b(?:usage reports?|averages?|avg|mean|median|limits?|quotas?|budgets?|allowances?|benchmarks?|estimates?|estimated|estimation|forecast|thresholds?|capacity|pricing|prices?|dataset|corpus|training|defaults?|settings|config(?:uration)?|maximum|max|typical|examples?|sample|hypothetical|(?:may|might|could|should|would) look like|available models|simulation|planned|savings|today|this (?:week|month|year)|(?:per|last|past) (?:day|week|month|year|user|team|project|key)|hourly|daily|weekly|monthly|yearly|by (?:user|day|date|week|month|project|team|hour|key)|lifetime|all[- ]time|month[- ]to[- ]date|to date|january|february|march|april|june|july|august|september|october|november|december|since \d{4}|schema|remaining)\b|\.(?:ya?ml|toml|ini|cfg|env|py|js|ts|md|rst|r):?\s*$|平均|上限|限制|限额|配额|预算|单价|价格|训练|数据集|例如|示例|估算|预估|配置|今日|本月/i;

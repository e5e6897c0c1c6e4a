/**
 * The words that people write for the two sides of a call, its total and its shares.
 *
 * Where in a line they stand is read here; which figure they name is decided in `naming.ts`.
 */

import type { Role } from './vocabulary';

const LABELS: readonly (readonly [Role, string])[] = [
  [
    'write',
    String.raw`cached?[ _-]?(?:writes?|creat(?:e|ion|ed))|写入缓存|缓存写入|缓存创建|创建缓存`
  ],
  ['miss', String.raw`(?:un|non[- _]?)cached|cache[ _]miss(?:es)?|fresh|缓存未命中|未命中缓存`],
  [
    'read',
    String.raw`cached?(?:[ _-]?hits?|[ _-]?reads?)?|cachead[oa]s?|缓存(?:命中|读取)?|命中缓存`
  ],
  ['reasoning', String.raw`reasoning|thinking|thoughts?|推理|思考`],
  [
    'input',
    String.raw`in(?! (?:total|all|sum|prompts|completions)\b)|inputs?|inp|prompt[ _]eval(?:uation)?|prompt|prompts(?= ?tok)|(?<=\b(?:in|for) )prompts|query|question|sent|upload(?:ed)?|read|ask(?:ed|ing)?|given|entrada|eingabe|entrée|↑|⬆️?|📥|⇡|⇧|⇢|▲|🔼|⏫|输入|提示词?|问题|提问|请求|入参|发送|上行|入力|입력`
  ],
  [
    'output',
    String.raw`out(?! of\b)|outputs?|outp|eval(?=(?: count| tokens?)?\s?[:=])|compl|cmpl|completion|completions(?= ?tok)|(?<=\b(?:in|for) )completions|comp(?= ?[=:])|new(?= ?tok)|candidates?|responses?|answers?|reply|replies|generated|generation|received|download(?:ed)?|returned|replied|answered|answering|responded|replying|generating|back|wrote|written|produced|salida|ausgabe|sortie|↓|⬇️?|📤|⇣|⇩|⇠|▼|🔽|⏬|输出|补全|(?<!已)完成(?![率度了])|生成|回复|回答|答案|响应|出参|接收|下行|返回|出力|출력`
  ],
  ['total', String.raw`total|tot|sum|overall|Σ|∑|总计?|合计|一共|共`]
];
/** Latin letters stand on one side only. */
const EDGE = '(?:(?<![a-z])|(?![a-z]))';
const LABEL = new RegExp(
  LABELS.map(([role, words]) => `(?<${role}>${EDGE}(?:${words})${EDGE})`).join('|'),
  'gi'
);
export interface Label {
  readonly role: Role;
  readonly start: number;
  readonly end: number;
}

/** The words in a text, in its order. */
export function labelsIn(text: string): readonly Label[] {
  return [...text.matchAll(LABEL)].map(match => {
    const [role] = Object.entries(match.groups ?? {}).find(([, word]) => word !== undefined) ?? [];
    return { role: role as Role, start: match.index, end: match.index + match[0].length };
  });
}

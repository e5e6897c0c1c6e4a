import { shellReading } from '../../../core/scan/shell';

describe('shellReading', () => {
  it.each([
    ['!curl -s https://api.example.com/v1/chat/completions -d @body.json', 'all'],
    ['%%bash\nexport KEY=x\ncurl -s "$URL" | jq .usage', 'all'],
    ['\n%%sh\nclaude -p "hi" --output-format json', 'all'],
    ['for n in range(3):\n    !/usr/bin/curl -s $url', 'all'],
    ['!cat body.json | HTTPS_PROXY=p timeout 60 curl -d @- $url', 'all'],
    ['out = !npx @anthropic-ai/claude-code -p hi\nprint(out)', 'all'],
    ['!!gemini -p hi', 'all'],
    ['%sx node call.js', 'all'],
    ['!cd app && node call.js', 'all'],
    ['!echo $(curl -s $url)', 'all'],
    ['!curl \\\n  -s $url', 'all'],
    ['!python call.py', 'with-id'],
    ['%%bash\n./call.sh', 'with-id'],
    ['!pip install curl_cffi', 'with-id']
  ])('should read of %j what %s says', (code, reading) => {
    expect(shellReading(code)).toBe(reading);
  });

  it.each([
    '',
    'print(client.responses.create(model="gpt-5", input="hi").usage)',
    'x != y',
    'a = b\n!= c',
    '# !curl is not run',
    '%%time\nprint(1)',
    'text = "%%bash"',
    '%%bashful\ncurl x'
  ])('should read nothing of %j', code => {
    expect(shellReading(code)).toBeUndefined();
  });
});

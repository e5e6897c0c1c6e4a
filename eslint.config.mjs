import jupyter from '@jupyter/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** What the pure core must not import or touch: it is tested alone and has a twin in Python. */
const FRAMEWORKS = ['@jupyterlab/*', '@lumino/*', 'react', 'react-dom'];
const IMPURE_GLOBALS = [
  'document',
  'fetch',
  'localStorage',
  'navigator',
  'performance',
  'requestAnimationFrame',
  'sessionStorage',
  'setInterval',
  'setTimeout',
  'window'
];

/**
 * The layers of src/, from the bottom up: a folder imports those that it names, itself, tokens.ts and commands.ts.
 *
 * `core` imports none of these, not even tokens.ts. Type imports count as well.
 */
const LAYERS = {
  core: [],
  translation: ['core'],
  kernels: ['core'],
  meter: ['core'],
  local: ['core', 'meter'],
  notebook: ['core', 'meter'],
  ui: ['core'],
  portal: ['core', 'translation', 'ui'],
  plugins: ['core', 'translation', 'kernels', 'meter', 'local', 'notebook', 'ui']
};

/** The rule that keeps a folder of src/ to its layers. */
function layerOf(folder, allowed) {
  const forbidden = Object.keys(LAYERS).filter(name => name !== folder && !allowed.includes(name));
  const patterns = [
    {
      regex: `^(\\.\\./)+(${forbidden.join('|')})(/|$)`,
      message: `src/${folder} imports ${allowed.join(', ') || 'no other folder'} only.`
    }
  ];
  if (folder === 'core') {
    patterns.push(
      { group: FRAMEWORKS, message: 'The core knows no framework.' },
      { regex: '^(\\.\\./)+(tokens(/.*)?|commands|index)$', message: 'The core knows no token.' }
    );
  }
  return {
    files: [`src/${folder}/**/*.{ts,tsx}`],
    rules: { 'no-restricted-imports': ['error', { patterns }] }
  };
}

/** All of the plugin's rules for sources, as errors. */
const JUPYTER_RULES = Object.fromEntries(
  Object.keys(jupyter.configs.recommended[0].rules).map(rule => [rule, 'error'])
);

export default tseslint.config(
  {
    ignores: [
      'lib/',
      'coverage/',
      'jupyter_llm_meter/',
      'src/core/record/wire.ts',
      'ui-tests/',
      'scripts/',
      '.venv*/',
      '.work/'
    ]
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['src/**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommendedTypeChecked, prettier],
    plugins: { jupyter },
    languageOptions: { parserOptions: { project: './tsconfig.test.json' } },
    rules: {
      ...JUPYTER_RULES,
      // The gauge has to open its popover when the server, which would serve the chunk, is away.
      'jupyter/prefer-lazy-imports': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      // `namespace X { IOptions }` beside a class, as JupyterLab does.
      '@typescript-eslint/no-namespace': ['error', { allowDeclarations: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true }
      ],
      '@typescript-eslint/unbound-method': 'off',
      'max-lines': ['warn', 400],
      'max-lines-per-function': ['error', { max: 60, skipComments: true }],
      'no-console': ['error', { allow: ['error'] }],
      eqeqeq: 'error'
    }
  },
  ...Object.entries(LAYERS).map(([folder, allowed]) => layerOf(folder, allowed)),
  {
    files: ['src/core/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...IMPURE_GLOBALS],
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='Date'][property.name='now']",
          message: 'The core has no clock.'
        },
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'The core has no clock.'
        },
        {
          selector: "MemberExpression[object.name='Math'][property.name='random']",
          message: 'The core has no chance.'
        }
      ]
    }
  },
  {
    files: ['src/__tests__/**'],
    rules: { 'max-lines-per-function': 'off' }
  }
);

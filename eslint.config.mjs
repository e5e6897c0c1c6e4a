import jupyter from '@jupyter/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** What the pure core must not import or touch: it is tested alone and has a twin in Python. */
const FRAMEWORKS = ['@jupyterlab/*', '@lumino/*', 'react', 'react-dom'];
const OUTSIDE_THE_CORE = [...FRAMEWORKS, '../../*'];
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
      '.venv/',
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
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true }
      ],
      '@typescript-eslint/unbound-method': 'off',
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 60, skipComments: true }],
      'no-console': ['error', { allow: ['error'] }],
      eqeqeq: 'error'
    }
  },
  {
    files: ['src/core/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: OUTSIDE_THE_CORE }],
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

import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const TOO_MANY_PARAMETERS = 'At most four parameters: name them in one object.';

export default defineConfig(
  {
    ignores: [
      '**/dist/',
      'node_modules/',
      '.data/',
      'coverage/',
      'test/packages/consumer/',
      'libs/client/src/api-types.ts',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true, allowEmpty: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Nest declares its option bags as classes and expects literals for them.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a const object or a union of literals.' },
        { selector: 'ExportAllDeclaration', message: 'Name what is exported.' },
        { selector: ':function[params.length>4]:not(MethodDefinition > .value)', message: TOO_MANY_PARAMETERS },
        { selector: "MethodDefinition[kind='method'] > .value[params.length>4]", message: TOO_MANY_PARAMETERS },
        {
          selector: "MethodDefinition[kind='constructor'] > .value[params.length>5]",
          message: 'Too many collaborators: find the missing part.',
        },
      ],
      complexity: ['error', { max: 10, variant: 'modified' }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['apps/gateway/src/**/*.ts', 'apps/shop/src/**/*.ts', 'libs/**/*.ts'],
    ignores: [
      '**/config/*.ts',
      '**/*-config.ts',
      '**/main.ts',
      '**/cli.ts',
      'apps/gateway/src/migrate.ts',
      '**/*.spec.ts',
    ],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config reads the environment.' },
      ],
    },
  },
  {
    // A controller's parameters are the parts of the request.
    files: ['**/*.controller.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.spec.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Jest types its asymmetric matchers as any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', module: 'readonly' } },
  },
  prettier,
);

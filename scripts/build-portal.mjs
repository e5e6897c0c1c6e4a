/**
 * Bundles the portal of the hub's service: `npm run build:portal`, after `npm run build:lib`.
 *
 * The result needs no other host and no inline script or style, which the page's content security policy forbids.
 */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { rspack } from '@rspack/core';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const configuration = {
  mode: 'production',
  context: root,
  entry: { main: './lib/portal/index.js' },
  output: {
    path: path.join(root, 'jupyter_llm_meter', 'hub', 'portal'),
    filename: '[name].[contenthash].js',
    chunkFilename: '[name].[contenthash].js',
    publicPath: 'static/',
    clean: true
  },
  module: {
    rules: [
      {
        test: /\.css$/,
        use: [rspack.CssExtractRspackPlugin.loader, 'css-loader'],
        type: 'javascript/auto'
      }
    ]
  },
  plugins: [new rspack.CssExtractRspackPlugin({ filename: '[name].[contenthash].css' })],
  performance: { hints: false }
};

rspack(configuration, (error, stats) => {
  if (error !== null || stats.hasErrors()) {
    console.error(error ?? stats.toString({ preset: 'errors-only' }));
    process.exitCode = 1;
    return;
  }
  const { assets = [] } = stats.toJson({ all: false, entrypoints: true }).entrypoints.main;
  const named = extension => assets.map(({ name }) => name).find(name => name.endsWith(extension));
  // The service reads here what to load. Written last and always, so that its time is that of the build.
  writeFileSync(
    path.join(configuration.output.path, 'entry.json'),
    JSON.stringify({ script: named('.js'), style: named('.css') })
  );
  console.log(stats.toString({ preset: 'summary', assets: true, colors: false }));
});

/**
 * The icon of LLM Meter, which schemas name as `jupyter-llm-meter:gauge`.
 */

import { LabIcon } from '@jupyterlab/ui-components';

import gaugeSvg from '../../style/icons/gauge.svg';

/** The gauge, in the colours of the theme. */
export const gaugeIcon = new LabIcon({ name: 'jupyter-llm-meter:gauge', svgstr: gaugeSvg });

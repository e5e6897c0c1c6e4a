/**
 * Puts the limits' own form into the Settings Editor, loaded when the settings are opened.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { IFormRenderer } from '@jupyterlab/ui-components';
import { IFormRendererRegistry } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import * as React from 'react';

import { IWording, METER_PLUGIN_ID } from '../tokens';
import type { LimitSchema } from '../ui/limits/limit-card';
import type * as Form from '../ui/limits/limits-field';

/** The properties that the Settings Editor passes to a field. */
type FieldProps = React.ComponentProps<NonNullable<IFormRenderer['fieldRenderer']>>;

/** The plugin of the form for limits. */
export const limitsForm: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:limits-form',
  description: 'Shows the limits in the Settings Editor, with a card for each.',
  autoStart: true,
  requires: [IWording],
  optional: [IFormRendererRegistry],
  activate: (
    _app: JupyterFrontEnd,
    wording: IWording,
    registry: IFormRendererRegistry | null
  ): void => {
    registry?.addRenderer(`${METER_PLUGIN_ID}.limits`, {
      fieldRenderer: (props: FieldProps) => <LimitsForm field={props} wording={wording} />
    });
  }
};

interface LimitsFormProps {
  readonly field: FieldProps;
  readonly wording: IWording;
}

function LimitsForm({ field, wording: { trans, format } }: LimitsFormProps): React.ReactElement {
  const [form, setForm] = React.useState<typeof Form>();
  const [problem, setProblem] = React.useState<string>();
  React.useEffect(() => {
    import('../ui/limits/limits-field').then(setForm, error => setProblem(String(error)));
  }, []);
  if (problem !== undefined) {
    return (
      <div className="jp-LLMMeter-Note" data-level="exceeded" role="alert">
        <p>{trans.__("Couldn't load the form. Try again when the Jupyter server is available.")}</p>
        <p>{problem}</p>
      </div>
    );
  }
  if (form === undefined) {
    return <p role="status">{trans.__('Loading…')}</p>;
  }
  return (
    <form.LimitsField
      id={field.idSchema.$id}
      title={field.schema.title ?? field.name}
      settings={(field.formData ?? []) as readonly ReadonlyPartialJSONValue[]}
      schema={limitSchema(field)}
      words={{ trans, format }}
      onChange={settings => {
        field.onChange(settings);
      }}
    />
  );
}

function limitSchema({ registry }: FieldProps): LimitSchema {
  const limit = registry.rootSchema.definitions?.limit;
  return (typeof limit === 'object' ? limit.properties : {}) as LimitSchema;
}

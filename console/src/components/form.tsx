/**
 * Forms: what was typed, what is wrong with it, and what is done with it. They are the same in a page, in one row and in a dialog
 * (`FormDialog`): a fault stands at its field, what went wrong as a whole above the button, and nothing that was typed is lost by it.
 */
import { type ReactNode, useRef, useState } from "react";
import { asFailure, type Failure, faultOfRefusal } from "../api/failure";
import { Button, type ButtonKind } from "./button";
import { FailureNote } from "./failure";
import { FormActions, FormLayout } from "./field";
import classes from "./form.module.css";
import type { IconName } from "./icon";

type Texts<Name extends string> = Readonly<Record<Name, string>>;
type Faults<Name extends string> = Partial<Record<Name, string>>;

export interface Form<Name extends string = string> {
  values: Texts<Name>;
  /** What a field of this name is given. */
  field: (name: Name) => { value: string; onChange: (value: string) => void; error: string | undefined };
  /** Whether nothing differs from the beginning. */
  isBlank: boolean;
  busy: boolean;
  error: unknown;
  submit: () => void;
  /** Forgets what was typed. */
  reset: () => void;
}

interface Deed<Name extends string> {
  /** What is wrong before anything is sent. */
  check?: (values: Texts<Name>) => Faults<Name>;
  /** Does it. Once it is done, the form is empty again. */
  send: (values: Texts<Name>) => Promise<unknown>;
  /** The fields that a refusal is about, where it does not name them itself. */
  faultsOf?: (failure: Failure) => Faults<Name> | null;
}

export function useForm<Name extends string>(
  initial: Texts<Name>,
  { check, send, faultsOf }: Deed<Name>,
): Form<Name> {
  const [values, setValues] = useState(initial);
  const [faults, setFaults] = useState<Faults<Name>>({});
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  // Enter can be pressed twice before anything is drawn.
  const isSending = useRef(false);
  const names = Object.keys(initial) as Name[];
  const reset = () => {
    setValues(initial);
    setFaults({});
    setError(null);
  };
  const run = async () => {
    if (isSending.current) return;
    const found = check?.(values) ?? {};
    setFaults(found);
    setError(null);
    if (Object.values(found).some(Boolean)) return;
    isSending.current = true;
    setBusy(true);
    try {
      await send(values);
      reset();
    } catch (thrown) {
      const failure = asFailure(thrown);
      const known = faultsOf?.(failure) ?? named(failure, names);
      if (known) setFaults(known);
      else setError(thrown);
    } finally {
      isSending.current = false;
      setBusy(false);
    }
  };
  return {
    values,
    field: (name) => ({
      value: values[name],
      onChange: (value) => {
        setValues((before) => ({ ...before, [name]: value }));
        // What is being mended is not wrong any more, before it is sent again.
        setFaults((before) => ({ ...before, [name]: undefined }));
      },
      error: faults[name] || undefined,
    }),
    isBlank: names.every((name) => values[name] === initial[name]),
    busy,
    error,
    submit: () => void run(),
    reset,
  };
}

/** The field of a refusal that names one: `tags[0].key` is the form's `key`. */
function named<Name extends string>(failure: Failure, names: readonly Name[]): Faults<Name> | null {
  const fault = faultOfRefusal(failure);
  const name = names.find((one) => fault?.field.split(".").at(-1) === one);
  return fault && name ? ({ [name]: fault.text } as Faults<Name>) : null;
}

interface Props {
  form: Pick<Form, "busy" | "error" | "submit">;
  /** What it is for: read out. */
  label: string;
  /** What the button says: the deed itself, never "OK". */
  deed: string;
  kind?: ButtonKind;
  icon?: IconName;
  /** Whether it can be sent yet. */
  isReady?: boolean;
  /** Its fields and its button in one row, where there is room. */
  inRow?: boolean;
  /** Before the button: another one. */
  beside?: ReactNode;
  /** The fields. */
  children: ReactNode;
}

/** A form in a page, or in a dialog. */
export function FormBody({
  form,
  label,
  deed,
  isReady = true,
  inRow = false,
  beside,
  children,
  ...look
}: Props) {
  const { kind = "primary", icon } = look;
  const button = (
    <Button type="submit" kind={kind} {...(icon ? { icon } : {})} isPending={form.busy} isDisabled={!isReady}>
      {deed}
    </Button>
  );
  const failure = form.error !== null && <FailureNote error={form.error} />;
  return (
    <FormLayout label={label} onSubmit={form.submit}>
      {inRow ? (
        <>
          <div className={classes.row}>
            {children}
            <div className={classes.end}>{button}</div>
          </div>
          {failure}
        </>
      ) : (
        <>
          {children}
          {failure}
          <FormActions>
            {beside}
            {button}
          </FormActions>
        </>
      )}
    </FormLayout>
  );
}

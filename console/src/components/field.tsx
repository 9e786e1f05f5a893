/**
 * Fields of forms: a label, an input, a hint, and, where the server or the page found fault, the error right below.
 */
import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { FieldError } from "react-aria-components/FieldError";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { Select as AriaSelect, SelectValue } from "react-aria-components/Select";
import { Switch as AriaSwitch } from "react-aria-components/Switch";
import { Text } from "react-aria-components/Text";
import { TextArea } from "react-aria-components/TextArea";
import { TextField as AriaTextField } from "react-aria-components/TextField";
import classes from "./field.module.css";
import { Icon, type IconName } from "./icon";
import { Choice, choiceClass, choicesClass, Popover } from "./popover";

interface Common {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  isDisabled?: boolean;
  isRequired?: boolean;
  /** The label is read out, and not shown: where a heading already says it. */
  bare?: boolean;
}

interface TextProps extends Common {
  value: string;
  onChange: (value: string) => void;
  name?: string;
  type?: "text" | "password" | "search" | "email";
  mode?: "text" | "numeric";
  autoComplete?: string;
  autoFocus?: boolean;
  placeholder?: string;
  maxLength?: number;
  icon?: IconName;
  mono?: boolean;
  /** Several lines. */
  lines?: number;
}

export function TextField(props: TextProps) {
  const { label, hint, error, bare, icon, mono, lines, mode, placeholder, ...rest } = props;
  const className = `${classes.input} ${mono ? classes.mono : ""} ${icon ? classes.withIcon : ""}`;
  return (
    <AriaTextField
      {...rest}
      className={classes.field as string}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      {...(bare ? { "aria-label": label } : {})}
    >
      {!bare && <FieldLabel label={label} isRequired={props.isRequired} />}
      <div className={classes.box}>
        {icon && <Icon name={icon} className={classes.icon} />}
        {lines ? (
          <TextArea
            rows={lines}
            className={className}
            spellCheck={!mono}
            {...(placeholder ? { placeholder } : {})}
          />
        ) : (
          <Input
            className={className}
            {...(mode ? { inputMode: mode } : {})}
            {...(placeholder ? { placeholder } : {})}
            spellCheck={false}
            autoCapitalize="off"
          />
        )}
      </div>
      <Below hint={hint} error={error} />
    </AriaTextField>
  );
}

/** What a list or a log is searched by. Without a placeholder, its label stands in it. */
export function SearchField(props: {
  label: string;
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const { placeholder = props.label, ...rest } = props;
  return <TextField {...rest} placeholder={placeholder} bare type="search" icon="search" />;
}

export function FieldLabel({ label, isRequired }: { label: string; isRequired?: boolean | undefined }) {
  return (
    <Label className={classes.label as string}>
      {label}
      {isRequired && <span aria-hidden="true"> *</span>}
    </Label>
  );
}

export function Below({ hint, error }: { hint?: ReactNode; error?: string | undefined }) {
  return (
    <>
      {hint && (
        <Text slot="description" className={classes.hint as string}>
          {hint}
        </Text>
      )}
      <FieldError className={classes.error as string}>{error}</FieldError>
    </>
  );
}

export interface Option {
  value: string;
  label: string;
  /** A second line. */
  detail?: string | undefined;
}

/** An option as lists show it. */
export const optionItem = (option: Option) => (
  <ListBoxItem id={option.value} textValue={option.label} className={choiceClass()}>
    {({ isSelected }) => <Choice title={option.label} detail={option.detail} isChosen={isSelected} />}
  </ListBoxItem>
);

interface SelectProps extends Common {
  value: string;
  onChange: (value: string) => void;
  options: Option[];
  placeholder?: string;
}

export function Select({
  label,
  hint,
  error,
  bare,
  value,
  onChange,
  options,
  placeholder,
  ...rest
}: SelectProps) {
  return (
    <AriaSelect
      {...rest}
      className={classes.field as string}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      value={value || null}
      onChange={(key) => onChange(String(key ?? ""))}
      placeholder={placeholder ?? "–"}
      {...(bare ? { "aria-label": label } : {})}
    >
      {!bare && <FieldLabel label={label} isRequired={rest.isRequired} />}
      <Button className={classes.select as string}>
        <SelectValue className={classes.chosen as string}>
          {({ defaultChildren }) =>
            options.find((option) => option.value === value)?.label ?? defaultChildren
          }
        </SelectValue>
        <Icon name="down" className={classes.chevron} />
      </Button>
      <Below hint={hint} error={error} />
      <Popover>
        <ListBox className={choicesClass} items={options}>
          {optionItem}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

interface SwitchProps {
  label: string;
  hint?: string;
  isSelected: boolean;
  onChange: (on: boolean) => void;
  isDisabled?: boolean;
}

export function Switch({ label, hint, ...rest }: SwitchProps) {
  return (
    <AriaSwitch {...rest} className={classes.switch as string}>
      <span className={classes.track}>
        <span className={classes.thumb} />
      </span>
      <span>
        {label}
        {hint && <span className={classes.switchHint}>{hint}</span>}
      </span>
    </AriaSwitch>
  );
}

/** Fields below one another, with what went wrong as a whole and the buttons at the end. */
export function FormLayout({
  children,
  onSubmit,
  label,
}: {
  children: ReactNode;
  onSubmit: () => void;
  label: string;
}) {
  return (
    <form
      aria-label={label}
      className={classes.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}

export function FormActions({ children }: { children: ReactNode }) {
  return <div className={classes.actions}>{children}</div>;
}

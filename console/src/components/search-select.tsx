/** Chooses one of very many: what is typed is searched for, on the server, and the first that fit are offered. */
import { useState } from "react";
import { Button } from "react-aria-components/Button";
import { ComboBox } from "react-aria-components/ComboBox";
import { Input } from "react-aria-components/Input";
import { ListBox } from "react-aria-components/ListBox";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import { Below, FieldLabel, type Option, optionItem } from "./field";
import classes from "./field.module.css";
import { Icon } from "./icon";
import { choicesClass, Popover } from "./popover";

const words = texts({
  nothing: ["No matches.", "没有匹配的内容。"],
});

interface Props {
  label: string;
  /** What is chosen now; with an empty value, nothing. */
  chosen: Option;
  onChange: (option: Option) => void;
  /** The first options that fit what was typed; a hook. */
  useOptions: (typed: string) => Option[];
  error?: string | undefined;
  isRequired?: boolean;
}

export function SearchSelect({ label, chosen, onChange, useOptions, error, isRequired = false }: Props) {
  const t = useTexts(words);
  const [typed, setTyped] = useState(chosen.label);
  // Whoever opens the list without typing sees more than what is chosen.
  const found = useOptions(typed === chosen.label ? "" : typed.trim());
  // The library goes back to the text of what is chosen only where that is among the options.
  const isThere = chosen.value === "" || found.some(({ value }) => value === chosen.value);
  const options = isThere ? found : [...found, chosen];
  return (
    <ComboBox
      className={classes.field as string}
      items={options}
      value={chosen.value || null}
      onChange={(key) => {
        const option = options.find(({ value }) => value === key);
        if (!option) return;
        setTyped(option.label);
        onChange(option);
      }}
      inputValue={typed}
      onInputChange={setTyped}
      menuTrigger="focus"
      allowsEmptyCollection
      isRequired={isRequired}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
    >
      <FieldLabel label={label} isRequired={isRequired} />
      <div className={classes.box}>
        <Input
          className={`${classes.input} ${classes.withChevron}`}
          spellCheck={false}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button className={classes.open as string}>
          <Icon name="down" className={classes.chevron} />
        </Button>
      </div>
      <Below error={error} />
      <Popover>
        <ListBox
          className={choicesClass}
          renderEmptyState={() => <p className={classes.hint}>{t.nothing}</p>}
        >
          {optionItem}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}

/** A menu below a button. */
import type { ReactElement } from "react";
import { Menu as AriaMenu, MenuItem, MenuTrigger } from "react-aria-components/Menu";
import type { IconName } from "./icon";
import { Choice, choiceClass, choicesClass, Popover } from "./popover";

export interface MenuEntry {
  id: string;
  title: string;
  icon?: IconName;
  danger?: boolean;
  checked?: boolean;
  detail?: string;
  onAction: () => void;
}

export function Menu({
  label,
  entries,
  children,
}: {
  label: string;
  entries: MenuEntry[];
  children: ReactElement;
}) {
  return (
    <MenuTrigger>
      {children}
      <Popover placement="bottom end">
        <AriaMenu
          aria-label={label}
          items={entries}
          className={choicesClass}
          onAction={(id) => entries.find((entry) => entry.id === id)?.onAction()}
        >
          {(entry) => (
            <MenuItem id={entry.id} textValue={entry.title} className={choiceClass(entry.danger)}>
              <Choice
                title={entry.title}
                icon={entry.icon}
                detail={entry.detail}
                isChosen={entry.checked ?? false}
              />
            </MenuItem>
          )}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

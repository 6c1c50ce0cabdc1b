// Doors to libedit for Swift, which can call neither its variadic functions nor name the C streams.
#ifndef CEDITLINE_H
#define CEDITLINE_H

#include <histedit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CEditSignals.h"
#include "CEditStack.h"

/// What libedit calls for a key: the editor and the last character of the key.
typedef unsigned char (*cel_command)(EditLine *, int);
/// What libedit calls for the text of a prompt, at every redraw.
typedef const char *(*cel_prompt)(EditLine *);

/// Makes the one editor of this process on standard input and output, with the character set of the
/// locale, or UTF-8 where the locale names none. NULL when libedit cannot start or one is open already.
EditLine *cel_open(const char *program);
bool cel_is_open(void);
/// Ends the editor. The terminal is as it was before, and what was typed ahead stays readable.
void cel_close(EditLine *editor);

void cel_set_client(EditLine *editor, void *client);
void *cel_client(EditLine *editor);

/// `mark` encloses the parts of the prompt that take no room on the screen.
void cel_set_prompts(EditLine *editor, cel_prompt left, cel_prompt right, char mark);
void cel_set_reader(EditLine *editor, el_rfunc_t reader);

/// Declares a command under a name that key bindings can use. False when libedit refuses it.
bool cel_add_command(EditLine *editor, const char *name, const char *help, cel_command command);
/// Binds a key, in libedit's notation, to the name of a command.
bool cel_bind(EditLine *editor, const char *key, const char *command);
/// The same for vi's command mode.
bool cel_bind_in_command_mode(EditLine *editor, const char *key, const char *command);

/// Reads the user's editrc: with `choice`, only its lines that choose between emacs and vi keys (which
/// wipe all bindings), otherwise all others.
void cel_source(EditLine *editor, bool choice);
bool cel_uses_emacs_keys(EditLine *editor);

/// Draws prompt and line anew at the cursor's row, which must be empty and is taken for the first one.
void cel_refresh(EditLine *editor);
/// Leaves (false) or enters (true) the terminal modes in which a line is edited.
void cel_prepare_terminal(EditLine *editor, bool editing);

/// Writes to standard output, after what stdio still holds for it, and flushes.
void cel_write(const char *bytes, size_t count);

/// A history for libedit's own search. NULL when memory is short.
History *cel_history_open(EditLine *editor, int size);
void cel_history_enter(History *history, const char *line);
void cel_history_close(History *history);

/// Columns that a character takes on the screen; -1 for one that is not printable.
int cel_width(uint32_t character);

#endif

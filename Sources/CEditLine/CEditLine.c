// The doors to libedit: each one is a single operation without variable arguments.
#define _GNU_SOURCE
#include "CEditLine.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

// libedit keeps static state while it reads a line, so a second editor would disturb the first.
static EditLine *open_editor;

// libedit drops every character that the locale's character set lacks; in the C locale that is all but ASCII.
static void choose_character_set(void) {
  static const char *const fallbacks[] = {"C.UTF-8", "C.utf8", "en_US.UTF-8"};
  setlocale(LC_CTYPE, "");
  for (size_t i = 0; i < sizeof fallbacks / sizeof *fallbacks; i++) {
    if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return;
    setlocale(LC_CTYPE, fallbacks[i]);
  }
}

EditLine *cel_open(const char *program) {
  if (open_editor != NULL) return NULL;
  choose_character_set();
  open_editor = el_init(program, stdin, stdout, stderr);
  if (open_editor == NULL) return NULL;
  // libedit's own handlers send a signal on to the whole process group.
  el_set(open_editor, EL_SIGNAL, 0);
  el_set(open_editor, EL_EDITOR, "emacs");
  return open_editor;
}

bool cel_is_open(void) { return open_editor != NULL; }

void cel_close(EditLine *editor) {
  // With editing off, el_end does not discard the input that waits.
  el_set(editor, EL_EDITMODE, 0);
  el_end(editor);
  open_editor = NULL;
}

void cel_set_client(EditLine *editor, void *client) { el_set(editor, EL_CLIENTDATA, client); }

void *cel_client(EditLine *editor) {
  void *client = NULL;
  el_get(editor, EL_CLIENTDATA, &client);
  return client;
}

void cel_set_prompts(EditLine *editor, cel_prompt left, cel_prompt right, char mark) {
  el_set(editor, EL_PROMPT_ESC, left, (int)mark);
  el_set(editor, EL_RPROMPT_ESC, right, (int)mark);
}

void cel_set_reader(EditLine *editor, el_rfunc_t reader) { el_set(editor, EL_GETCFN, reader); }

bool cel_add_command(EditLine *editor, const char *name, const char *help, cel_command command) {
  return el_set(editor, EL_ADDFN, name, help, command) == 0;
}

bool cel_bind(EditLine *editor, const char *key, const char *command) {
  return el_set(editor, EL_BIND, key, command, NULL) == 0;
}

bool cel_bind_in_command_mode(EditLine *editor, const char *key, const char *command) {
  return el_set(editor, EL_BIND, "-a", key, command, NULL) == 0;
}

// Whether a line of editrc is `bind -e` or `bind -v`, perhaps after the name of a program.
static bool chooses_editor(int count, const char **words) {
  if (count < 2) return false;
  const char *colon = strchr(words[0], ':');
  const char *command = colon == NULL ? words[0] : colon + 1;
  return strcmp(command, "bind") == 0 && (strcmp(words[1], "-e") == 0 || strcmp(words[1], "-v") == 0);
}

static FILE *open_editrc(void) {
  const char *named = secure_getenv("EDITRC");
  if (named != NULL) return *named == '\0' ? NULL : fopen(named, "re");
  const char *home = secure_getenv("HOME");
  char *path = NULL;
  if (home == NULL || asprintf(&path, "%s/.editrc", home) < 0) return NULL;
  FILE *file = fopen(path, "re");
  free(path);
  return file;
}

void cel_source(EditLine *editor, bool choice) {
  FILE *file = open_editrc();
  Tokenizer *tokenizer = file == NULL ? NULL : tok_init(NULL);
  char *line = NULL;
  size_t room = 0;
  while (tokenizer != NULL && getline(&line, &room, file) != -1) {
    line[strcspn(line, "\n")] = '\0';
    int count = 0;
    const char **words = NULL;
    tok_reset(tokenizer);
    if (line[strspn(line, " \t")] == '#' || tok_str(tokenizer, line, &count, &words) != 0) continue;
    if (count > 0 && chooses_editor(count, words) == choice) el_parse(editor, count, words);
  }
  free(line);
  if (tokenizer != NULL) tok_end(tokenizer);
  if (file != NULL) fclose(file);
}

bool cel_uses_emacs_keys(EditLine *editor) {
  const char *name = NULL;
  return el_get(editor, EL_EDITOR, &name) == 0 && name != NULL && strcmp(name, "emacs") == 0;
}

void cel_refresh(EditLine *editor) { el_set(editor, EL_REFRESH); }

void cel_prepare_terminal(EditLine *editor, bool editing) { el_set(editor, EL_PREP_TERM, editing ? 1 : 0); }

void cel_write(const char *bytes, size_t count) {
  fwrite(bytes, 1, count, stdout);
  fflush(stdout);
}

History *cel_history_open(EditLine *editor, int size) {
  History *history_ = history_init();
  if (history_ == NULL) return NULL;
  HistEvent event;
  history(history_, &event, H_SETSIZE, size);
  el_set(editor, EL_HIST, history, history_);
  return history_;
}

void cel_history_enter(History *history_, const char *line) {
  HistEvent event;
  history(history_, &event, H_ENTER, line);
}

void cel_history_close(History *history_) { history_end(history_); }

int cel_width(uint32_t character) { return wcwidth((wchar_t)character); }

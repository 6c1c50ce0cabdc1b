// Signals and terminal modes around the prompt and around a job; all of it is safe in a signal handler.
#ifndef CEDITSIGNALS_H
#define CEDITSIGNALS_H

#include <stdbool.h>

/// Opens standard streams that are closed on nothing, installs the handlers of SIGINT, SIGTERM, SIGHUP, SIGWINCH and SIGCONT and remembers the terminal's
/// modes. The first three interrupt system calls that wait. A signal that was ignored at the start stays
/// ignored. SIGPIPE restores the terminal and ends the process with 141, silently. Calling it again does
/// nothing.
void cel_signals_install(void);

/// How many SIGINT came since they were cleared. Outside the prompt a second one that comes late says that a
/// third would end the process, and the third restores the terminal and ends the process with 130.
int cel_interrupts(void);
/// Milliseconds since the first of these; 0 where none came.
long long cel_interrupt_age(void);
void cel_interrupts_clear(void);
/// How many SIGTERM and SIGHUP came. The second one restores the terminal and ends the process with 128 and the number of
/// the first, and so does the first one itself where the process has not ended some seconds later.
int cel_terminations(void);
/// The first of these signals; 0 where none came.
int cel_ending_signal(void);
/// Counts as a SIGHUP, where neither came yet: for whoever finds that the terminal does not answer.
void cel_terminal_is_gone(void);

/// Each returns whether the event came since the last call.
bool cel_take_resize(void);
bool cel_take_continue(void);
bool cel_take_suspend(void);

/// Between true and false, SIGINT is only counted, and SIGTSTP is reported by cel_take_suspend; otherwise SIGTSTP stops
/// the process.
void cel_at_prompt(bool waiting);
/// Stops this process as SIGTSTP does, and returns when it is continued.
void cel_suspend_self(void);

/// Whether the terminal marks where a paste begins and ends. It is switched off where a signal ends or stops this
/// process, and on again where it is continued. Switching it off twice does nothing.
void cel_bracketed_paste(bool on);

/// Readable after each signal; -1 before the handlers are installed.
int cel_wake_descriptor(void);
/// Takes out what made it readable.
void cel_wake_drain(void);

/// Switches the terminal's echo off until cel_job_end; typed lines are kept. False when standard input
/// is no terminal, or a job is running already.
bool cel_job_begin(void);
void cel_job_end(void);

#endif

// Signal handlers that count events and wake a waiting poll, and the terminal modes of a job.
#define _GNU_SOURCE
#include "CEditSignals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static atomic_int interrupts, terminations, ending_signal;
static atomic_llong interrupted_at;
static atomic_bool resized, continued, suspended, at_prompt, job_runs, paste_is_on;
static int wake[2] = {-1, -1};
static bool installed, has_start_modes;
static struct termios start_modes, before_job, during_job;

// A process in the background that sets terminal modes is stopped; this one must not be.
static bool owns_terminal(void) { return tcgetpgrp(STDIN_FILENO) == getpgrp(); }

static void write_paste_mode(bool on) {
  static const char off[] = "\033[?2004l", begun[] = "\033[?2004h";
  // A terminal that is gone needs no mode.
  ssize_t written = write(STDOUT_FILENO, on ? begun : off, sizeof off - 1);
  (void)written;
}

static void leave(int code) {
  if (has_start_modes && owns_terminal()) {
    tcsetattr(STDIN_FILENO, TCSANOW, &start_modes);
    if (atomic_load(&paste_is_on)) write_paste_mode(false);
  }
  _exit(code);
}

static long long milliseconds(void) {
  struct timespec now;
  return clock_gettime(CLOCK_MONOTONIC, &now) == 0 ? now.tv_sec * 1000LL + now.tv_nsec / 1000000 : 0;
}

static void on_interrupt(void) {
  int count = atomic_fetch_add(&interrupts, 1) + 1;
  if (count == 1) atomic_store(&interrupted_at, milliseconds());
  if (atomic_load(&at_prompt)) return;
  if (atomic_load(&job_runs) && owns_terminal()) tcflush(STDIN_FILENO, TCIFLUSH);
  if (count >= 3) leave(130);
  // The first one had its time: what runs does not look at it.
  bool is_stuck = count == 2 && milliseconds() - atomic_load(&interrupted_at) > 500;
  static const char hint[] = "\r\nnot done yet; Ctrl-C once more ends ranklab\r\n";
  if (is_stuck && isatty(STDERR_FILENO) && write(STDERR_FILENO, hint, sizeof hint - 1) < 0) return;
}

// How long what runs may take to come to its end, in seconds, before the process ends all the same.
static const unsigned last_wait = 5;

static void on_ending(int signal) {
  int none = 0;
  atomic_compare_exchange_strong(&ending_signal, &none, signal);
  if (atomic_fetch_add(&terminations, 1) >= 1) leave(128 + atomic_load(&ending_signal));
  alarm(last_wait);
}

static void handle(int signal);
static void restore_default(int signal);

static void on_signal(int signal) {
  int saved = errno;
  switch (signal) {
  case SIGINT: on_interrupt(); break;
  case SIGTERM:
  case SIGHUP: on_ending(signal); break;
  case SIGALRM: leave(128 + atomic_load(&ending_signal));
  case SIGPIPE: leave(141);
  case SIGWINCH: atomic_store(&resized, true); break;
  case SIGTSTP:
    if (atomic_load(&at_prompt)) {
      atomic_store(&suspended, true);
    } else {
      // The shell gets its terminal without the mode. The stop comes when this handler returns.
      write_paste_mode(false);
      restore_default(SIGTSTP);
      raise(SIGTSTP);
    }
    break;
  case SIGCONT:
    atomic_store(&continued, true);
    if (atomic_load(&job_runs) && atomic_load(&paste_is_on) && owns_terminal()) {
      write_paste_mode(true);
      handle(SIGTSTP);
    }
    // The shell may have restored its own modes while this process was stopped.
    if (atomic_load(&job_runs) && owns_terminal()) tcsetattr(STDIN_FILENO, TCSANOW, &during_job);
    break;
  }
  // A full pipe is awake already, so a failed write loses nothing.
  ssize_t written = write(wake[1], "", 1);
  (void)written;
  errno = saved;
}

// What ends a job must also end a wait of it; the other signals come at any time and interrupt nothing.
static void handle(int signal) {
  bool ends = signal == SIGINT || signal == SIGTERM || signal == SIGHUP;
  struct sigaction old, action = {.sa_handler = on_signal, .sa_flags = ends ? 0 : SA_RESTART};
  sigemptyset(&action.sa_mask);
  if (sigaction(signal, NULL, &old) == 0 && old.sa_handler == SIG_IGN) return;
  sigaction(signal, &action, NULL);
}

static void restore_default(int signal) {
  struct sigaction old, action = {.sa_handler = SIG_DFL};
  sigemptyset(&action.sa_mask);
  if (sigaction(signal, NULL, &old) == 0 && old.sa_handler == on_signal) sigaction(signal, &action, NULL);
}

// A file or pipe that took the place of a closed standard stream would be read from or written to as such.
static void open_standard_streams(void) {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++) {
    if (fcntl(stream, F_GETFD) < 0) open("/dev/null", stream == STDIN_FILENO ? O_RDONLY : O_WRONLY);
  }
}

void cel_signals_install(void) {
  if (installed) return;
  installed = true;
  open_standard_streams();
  if (pipe2(wake, O_NONBLOCK | O_CLOEXEC) != 0) wake[0] = wake[1] = -1;
  has_start_modes = tcgetattr(STDIN_FILENO, &start_modes) == 0;
  handle(SIGINT);
  handle(SIGTERM);
  handle(SIGHUP);
  handle(SIGALRM);
  handle(SIGPIPE);
  handle(SIGWINCH);
  handle(SIGCONT);
}

int cel_interrupts(void) { return atomic_load(&interrupts); }
long long cel_interrupt_age(void) {
  return atomic_load(&interrupts) > 0 ? milliseconds() - atomic_load(&interrupted_at) : 0;
}
void cel_interrupts_clear(void) { atomic_store(&interrupts, 0); }
int cel_terminations(void) { return atomic_load(&terminations); }
int cel_ending_signal(void) { return atomic_load(&ending_signal); }
void cel_terminal_is_gone(void) {
  if (cel_terminations() == 0) on_ending(SIGHUP);
}
bool cel_take_resize(void) { return atomic_exchange(&resized, false); }
bool cel_take_continue(void) { return atomic_exchange(&continued, false); }
bool cel_take_suspend(void) { return atomic_exchange(&suspended, false); }

void cel_at_prompt(bool waiting) {
  atomic_store(&at_prompt, waiting);
  if (waiting) handle(SIGTSTP);
  else if (!atomic_load(&paste_is_on)) restore_default(SIGTSTP);
}

void cel_suspend_self(void) {
  restore_default(SIGTSTP);
  raise(SIGTSTP);
  if (atomic_load(&at_prompt)) handle(SIGTSTP);
}

void cel_bracketed_paste(bool on) {
  if (!on && !atomic_load(&paste_is_on)) return;
  atomic_store(&paste_is_on, on);
  write_paste_mode(on);
}

int cel_wake_descriptor(void) { return wake[0]; }

void cel_wake_drain(void) {
  char bytes[64];
  while (wake[0] >= 0 && read(wake[0], bytes, sizeof bytes) > 0) continue;
}

bool cel_job_begin(void) {
  if (atomic_load(&job_runs) || tcgetattr(STDIN_FILENO, &before_job) != 0) return false;
  during_job = before_job;
  during_job.c_lflag &= ~(tcflag_t)ECHO;
  // By itself the terminal would drop, with the keys, what of the output is still on its way: half a line, half an
  // escape, rows that what is drawn next counts on. So the keys alone are dropped, where the interrupt arrives.
  during_job.c_lflag |= ISIG | NOFLSH;
  atomic_store(&job_runs, true);
  // Nothing is flushed: what was typed ahead belongs to the next prompt.
  if (owns_terminal()) tcsetattr(STDIN_FILENO, TCSANOW, &during_job);
  return true;
}

void cel_job_end(void) {
  if (atomic_exchange(&job_runs, false) && owns_terminal()) tcsetattr(STDIN_FILENO, TCSANOW, &before_job);
}

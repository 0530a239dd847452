/* SPDX-License-Identifier: BSD-3-Clause */
/* A bar on stderr while something is computed, and stopping when the user asks. The library calls back on
 * this thread at least every 50 ms, so that a signal handler has nothing to do but to set a flag. */
#include "cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const int stopping_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
static volatile sig_atomic_t stopped_by;

static void remember_signal(int number)
{
    stopped_by = number;
}

int cli_stopped_by(void)
{
    return stopped_by;
}

/* A second signal of the kind ends the program at once. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = remember_signal, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof stopping_signals / sizeof *stopping_signals; i++) {
        struct sigaction old;
        /* What the parent told us to ignore (nohup) stays ignored. */
        if (sigaction(stopping_signals[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            sigaction(stopping_signals[i], &action, NULL);
    }
}

void cli_progress_release_signals(void)
{
    for (size_t i = 0; i < sizeof stopping_signals / sizeof *stopping_signals; i++) {
        struct sigaction old;
        if (sigaction(stopping_signals[i], NULL, &old) == 0 && old.sa_handler == remember_signal)
            signal(stopping_signals[i], SIG_DFL);
    }
}

/* ---- The bar ---- */

static int columns(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

static void time_text(double seconds, char text[32])
{
    unsigned whole = seconds > 359999 ? 359999 : (unsigned)(seconds + 0.5);
    if (whole >= 3600)
        snprintf(text, 32, "%u:%02u:%02u", whole / 3600, whole / 60 % 60, whole % 60);
    else
        snprintf(text, 32, "%u:%02u", whole / 60, whole % 60);
}

/* speed.npy  [############--------]  61 %  3.42 GB/s  0:12 left */
static void draw(const progress_bar *bar, const fa_progress *now)
{
    enum { WIDEST = 40 };
    double done = now->total_bytes > 0 ? (double)now->done_bytes / (double)now->total_bytes : 0;
    done = done > 1 ? 1 : done;
    double rate = now->seconds > 0 ? (double)now->done_bytes / now->seconds : 0;
    char left[32] = "-:--", behind[96];
    if (rate > 0)
        time_text((double)(now->total_bytes - now->done_bytes) / rate, left);
    int behind_length =
        snprintf(behind, sizeof behind, " %3d %%  %.2f GB/s  %s left", (int)(done * 100), rate / 1e9, left);
    int room = columns() - (int)strlen(bar->verb) - behind_length - 5;
    if (room < 5) {
        fprintf(stderr, "\r\033[K%3d %%", (int)(done * 100));
    } else {
        static const char full[] = "########################################";
        static const char empty[] = "----------------------------------------";
        int width = room < WIDEST ? room : WIDEST, filled = (int)(done * width);
        fprintf(stderr, "\r\033[K%s  [%.*s%.*s]%s", bar->verb, filled, full, width - filled, empty, behind);
    }
    fflush(stderr);
}

static bool called_back(const fa_progress *now, void *user)
{
    const double first_after = 0.3, between = 0.1; /* seconds: short work shows no bar */
    progress_bar *bar = user;
    if (bar->shown && now->seconds >= first_after &&
        (!bar->drawn || now->seconds - bar->drawn_at >= between)) {
        draw(bar, now);
        bar->drawn = true;
        bar->drawn_at = now->seconds;
    }
    return stopped_by == 0;
}

void cli_progress_begin(progress_bar *bar, const char *verb, const arguments *parsed)
{
    const char *terminal = getenv("TERM");
    memset(bar, 0, sizeof *bar);
    bar->verb = verb;
    bar->shown = !parsed->given[OPTION_QUIET] && isatty(STDERR_FILENO) && terminal != NULL &&
                 strcmp(terminal, "dumb") != 0;
    bar->options.progress = called_back;
    bar->options.user = bar;
    catch_signals();
}

void cli_progress_end(progress_bar *bar)
{
    if (bar->drawn) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    bar->drawn = false;
}

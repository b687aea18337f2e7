/*
 * Lets Node.js fork: a copy of a process that has loaded and run the gateway's code once is a new gateway for a tenth of
 * the processor time that a start takes. Linux alone. The copy has one thread: V8 runs with --single-threaded.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <node_api.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

/* V8 keeps its pages out of children, so that spawning costs less. */
static void keep_pages(void) {
  FILE *maps = fopen("/proc/self/maps", "r");
  unsigned long from, to;
  char line[4096];
  while (maps && fgets(line, sizeof line, maps))
    if (sscanf(line, "%lx-%lx", &from, &to) == 2) madvise((void *)from, to - from, MADV_DOFORK);
  if (maps) fclose(maps);
}

/* In the child: its output goes to a file, its event loop gets an epoll of its own, and it ends with its parent. */
static void begin_life(const char *output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  int file = open(output, O_CREAT | O_WRONLY | O_APPEND, 0600);
  dup2(file, STDOUT_FILENO);
  dup2(file, STDERR_FILENO);
  close(file);
  uv_loop_fork(uv_default_loop());
}

/* fork(output: string): number; 0 in the child, its process id in the parent */
static napi_value fork_process(napi_env env, napi_callback_info info) {
  size_t count = 1, length;
  napi_value argument, result;
  char output[1024];
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  napi_get_value_string_utf8(env, argument, output, sizeof output, &length);
  keep_pages();
  pid_t parent = getpid();
  pid_t child = fork();
  if (child == 0) begin_life(output, parent);
  napi_create_int32(env, child, &result);
  return result;
}

/* signalThatEnded(pid: number): number; 0 when it ended by itself, -1 while it lives */
static napi_value signal_that_ended(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument, result;
  int child, status, signal = -1;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  napi_get_value_int32(env, argument, &child);
  if (waitpid(child, &status, WNOHANG) == child) signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  napi_create_int32(env, signal, &result);
  return result;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "fork", NAPI_AUTO_LENGTH, fork_process, NULL, &function);
  napi_set_named_property(env, exports, "fork", function);
  napi_create_function(env, "signalThatEnded", NAPI_AUTO_LENGTH, signal_that_ended, NULL, &function);
  napi_set_named_property(env, exports, "signalThatEnded", function);
  return exports;
}

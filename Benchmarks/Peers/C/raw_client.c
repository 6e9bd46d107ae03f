// Writes 64 bytes and reads 64 back, one exchange at a time, through a warm-up and a measuring window.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static double process_cpu_us(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static int ascending(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return (a > b) - (a < b);
}

static void exchange(int connection) {
  char message[64];
  memset(message, 'x', sizeof message);
  if (write(connection, message, sizeof message) != sizeof message) fail("write");
  for (size_t filled = 0; filled < sizeof message;) {
    ssize_t got = read(connection, message + filled, sizeof message - filled);
    if (got <= 0) fail("read");
    filled += (size_t)got;
  }
}

static int connected(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    fprintf(stderr, "the socket path is too long\n");
    exit(2);
  }
  strcpy(address.sun_path, path);
  int connection = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connection < 0) fail("socket");
  if (connect(connection, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
  return connection;
}

int main(int count, char **arguments) {
  if (count != 5 || atoi(arguments[2]) != 1) {
    fprintf(stderr, "usage: raw_client SOCKET 1 WARMUP_SECONDS MEASURE_SECONDS\n");
    return 2;
  }
  int connection = connected(arguments[1]);
  uint64_t warm_up = (uint64_t)(atof(arguments[3]) * 1e9), measure = (uint64_t)(atof(arguments[4]) * 1e9);
  for (uint64_t start = now(); now() - start < warm_up;) exchange(connection);

  size_t calls = 0, capacity = 1 << 20;
  uint32_t *latencies = malloc(capacity * sizeof *latencies);
  puts("measuring");
  fflush(stdout);
  double cpu = process_cpu_us();
  uint64_t opened = now(), began = opened;
  while (began - opened < measure) {
    exchange(connection);
    uint64_t ended = now();
    if (calls == capacity) latencies = realloc(latencies, (capacity *= 2) * sizeof *latencies);
    if (!latencies) fail("realloc");
    latencies[calls++] = (uint32_t)(ended - began);
    began = ended;
  }
  cpu = process_cpu_us() - cpu;
  puts("measured");
  fflush(stdout);

  qsort(latencies, calls, sizeof *latencies, ascending);
  printf("{\"calls\":%zu,\"seconds\":%.9f,\"p50_us\":%.3f,\"p99_us\":%.3f,\"client_cpu_us\":%.0f}\n", calls,
         (double)(began - opened) / 1e9, latencies[calls / 2] / 1e3, latencies[calls * 99 / 100] / 1e3, cpu);
  free(latencies);
}

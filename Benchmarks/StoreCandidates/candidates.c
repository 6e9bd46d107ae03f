// Ways to keep idempotency keys and balances in SQLite, with nothing else around them: what does each cost a charge?
//
//   candidates FILE KEYS BATCH SECONDS CANDIDATE
//
// Every charge appends a journal row of 420 bytes. CANDIDATE:
//   append    no key index, no balances: the floor
//   btree     a B-tree of random 64-bit keys, and a balance row, both written with each charge
//   folded    65 536 keys in memory, then put into the B-tree in sorted order, 1024 after each batch; balances likewise
//   runs      65 536 keys in memory, then written as a sorted run; eight runs of a size are merged into one of the next,
//             32 pages after each batch; balances folded
// The index begins with KEYS keys. Prints one JSON line.

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RECENT = 65536, FAN = 8, LEVELS = 8, PAGE_KEYS = 208, SLICE_PAGES = 32, SLICE_KEYS = 1024, WALLETS = 10000 };

typedef struct { uint64_t hash; int64_t answer; } entry;
typedef struct { entry *entries; size_t count; } run;

static sqlite3 *db;
static long frames, frames_in_log;
static sqlite3_stmt *journal, *find, *insert, *balance, *page, *begin, *commit;
static entry recent[RECENT], folding[RECENT];
static size_t recent_count, folding_count, folded;
static int32_t dirty[WALLETS];
static run levels[LEVELS][64];
static int run_counts[LEVELS];
static run writing;
static size_t written;
static int64_t next_page = 1;

static void check(int status, const char *action) {
  if (status == SQLITE_OK || status == SQLITE_DONE || status == SQLITE_ROW) return;
  fprintf(stderr, "%s: %s\n", action, sqlite3_errmsg(db));
  exit(1);
}

static void run_sql(const char *sql) { check(sqlite3_exec(db, sql, 0, 0, 0), sql); }

static sqlite3_stmt *prepare(const char *sql) {
  sqlite3_stmt *statement;
  check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, 0), sql);
  return statement;
}

static void step(sqlite3_stmt *statement) {
  check(sqlite3_step(statement), sqlite3_sql(statement));
  sqlite3_reset(statement);
}

static uint64_t random64(void) {
  static uint64_t state = 88172645463325252u;
  state += 0x9e3779b97f4a7c15u;
  uint64_t z = (state ^ state >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static int count_frames(void *context, sqlite3 *connection, const char *name, int in_log) {
  (void)context, (void)connection, (void)name;
  frames += in_log - frames_in_log;
  frames_in_log = in_log;
  return SQLITE_OK;
}

static int by_hash(const void *left, const void *right) {
  uint64_t a = ((const entry *)left)->hash, b = ((const entry *)right)->hash;
  return a < b ? -1 : a > b;
}

static void insert_key(entry key) {
  sqlite3_bind_int64(insert, 1, (int64_t)key.hash);
  sqlite3_bind_int64(insert, 2, key.answer);
  step(insert);
}

static void write_balance(int64_t wallet) {
  static const char head[32];
  sqlite3_bind_int64(balance, 1, wallet);
  sqlite3_bind_int64(balance, 2, (int64_t)(random64() >> 20));
  sqlite3_bind_blob(balance, 3, head, sizeof head, SQLITE_STATIC);
  step(balance);
}

static void write_page(const entry *entries, size_t count) {
  sqlite3_bind_int64(page, 1, next_page++);
  sqlite3_bind_blob(page, 2, entries, (int)(count * sizeof *entries), SQLITE_STATIC);
  step(page);
}

static void sort_run(run r) { qsort(r.entries, r.count, sizeof *r.entries, by_hash); }

static run merged(int level) {
  run all = {0};
  for (int i = 0; i < FAN; i++) all.count += levels[level][i].count;
  all.entries = malloc(all.count * sizeof(entry));
  size_t at[FAN] = {0};
  for (size_t i = 0; i < all.count; i++) {
    int best = -1;
    for (int j = 0; j < FAN; j++) {
      if (at[j] == levels[level][j].count) continue;
      if (best < 0 || levels[level][j].entries[at[j]].hash < levels[level][best].entries[at[best]].hash) best = j;
    }
    all.entries[i] = levels[level][best].entries[at[best]++];
  }
  for (int i = 0; i < FAN; i++) free(levels[level][i].entries);
  memmove(levels[level], levels[level] + FAN, sizeof(run) * (size_t)(run_counts[level] - FAN));
  run_counts[level] -= FAN;
  return all;
}

// One slice, as between two batches. Which pages make up a run is left out: a row per run.
static void maintain_runs(void) {
  static int level;
  if (!writing.entries && recent_count >= RECENT - 1024) {
    writing = (run){malloc(recent_count * sizeof(entry)), recent_count};
    memcpy(writing.entries, recent, recent_count * sizeof(entry));
    sort_run(writing);
    recent_count = 0, level = 0;
  }
  for (int i = 0; !writing.entries && i < LEVELS - 1; i++)
    if (run_counts[i] >= FAN) writing = merged(i), level = i + 1;
  if (!writing.entries) return;
  step(begin);
  for (int i = 0; i < SLICE_PAGES && written < writing.count; i++) {
    size_t count = writing.count - written < PAGE_KEYS ? writing.count - written : PAGE_KEYS;
    write_page(writing.entries + written, count);
    written += count;
  }
  step(commit);
  if (written < writing.count) return;
  levels[level][run_counts[level]++] = writing;
  writing = (run){0}, written = 0;
}

static void maintain_tree(void) {
  if (folding_count == 0 && recent_count >= RECENT - 1024) {
    memcpy(folding, recent, recent_count * sizeof(entry));
    qsort(folding, recent_count, sizeof(entry), by_hash);
    folding_count = recent_count, folded = 0, recent_count = 0;
  }
  if (folding_count == 0) return;
  step(begin);
  for (int i = 0; i < SLICE_KEYS && folded < folding_count; i++) insert_key(folding[folded++]);
  step(commit);
  if (folded == folding_count) folding_count = 0;
}

static void fold_balances(void) {
  static long since;
  static int next = WALLETS;
  if (++since * 64 >= 65536 && next == WALLETS) since = 0, next = 0;
  if (next == WALLETS) return;
  step(begin);
  for (int end = next + 256 < WALLETS ? next + 256 : WALLETS; next < end; next++)
    if (dirty[next]) write_balance(next), dirty[next] = 0;
  step(commit);
}

static int by_time(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return a < b ? -1 : a > b;
}

int main(int argc, char **argv) {
  if (argc != 6) return fprintf(stderr, "usage: candidates FILE KEYS BATCH SECONDS CANDIDATE\n"), 2;
  size_t keys = strtoul(argv[2], 0, 10);
  int batch = atoi(argv[3]);
  double seconds = atof(argv[4]);
  const char *name = argv[5];
  int is_tree = !strcmp(name, "btree"), is_folded = !strcmp(name, "folded"), is_runs = !strcmp(name, "runs");
  check(sqlite3_open(argv[1], &db), "open");
  run_sql("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192;"
          "PRAGMA secure_delete=OFF; PRAGMA wal_autocheckpoint=0;"
          "CREATE TABLE journal (record INTEGER PRIMARY KEY, content BLOB NOT NULL);"
          "CREATE TABLE key_slot (slot INTEGER PRIMARY KEY, answer INTEGER NOT NULL);"
          "CREATE TABLE key_page (page INTEGER PRIMARY KEY, entries BLOB NOT NULL);"
          "CREATE TABLE balance (wallet INTEGER PRIMARY KEY, posted INTEGER NOT NULL, head BLOB NOT NULL);");
  sqlite3_wal_hook(db, count_frames, 0);
  journal = prepare("INSERT INTO journal VALUES (NULL, ?1)");
  find = prepare("SELECT answer FROM key_slot WHERE slot = ?1");
  insert = prepare("INSERT INTO key_slot VALUES (?1, ?2)");
  balance = prepare("INSERT OR REPLACE INTO balance VALUES (?1, ?2, ?3)");
  page = prepare("INSERT INTO key_page VALUES (?1, ?2)");
  begin = prepare("BEGIN IMMEDIATE");
  commit = prepare("COMMIT");

  run old = {malloc((keys + 1) * sizeof(entry)), keys};
  for (size_t i = 0; i < keys; i++) old.entries[i] = (entry){random64(), (int64_t)i};
  sort_run(old);
  run_sql("PRAGMA synchronous=OFF; BEGIN");
  for (int64_t i = 0; i < WALLETS; i++) write_balance(i);
  // As signed integers the upper half comes first.
  for (size_t half = 0; half < 2 && (is_tree || is_folded); half++)
    for (size_t i = 0; i < keys; i++)
      if ((old.entries[i].hash >> 63) != half) insert_key(old.entries[i]);
  for (size_t i = 0; i < keys && is_runs; i += PAGE_KEYS)
    write_page(old.entries + i, keys - i < PAGE_KEYS ? keys - i : PAGE_KEYS);
  free(old.entries);
  run_sql("COMMIT; PRAGMA synchronous=FULL");
  check(sqlite3_wal_checkpoint_v2(db, 0, SQLITE_CHECKPOINT_TRUNCATE, 0, 0), "checkpoint");
  frames = frames_in_log = 0;

  char content[420];
  size_t capacity = 1 << 22, count = 0;
  double *times = malloc(capacity * sizeof *times), start = now(), last = start;
  long charges = 0;
  while (now() - start < seconds && count < capacity) {
    step(begin);
    for (int i = 0; i < batch; i++) {
      entry key = {random64(), ++charges};
      int64_t wallet = (int64_t)(random64() % WALLETS);
      if (is_tree || is_folded) {
        sqlite3_bind_int64(find, 1, (int64_t)key.hash);
        step(find);
      }
      for (size_t j = 0; j < sizeof content; j += 8) memcpy(content + j, &key, sizeof content - j < 8 ? 4 : 8);
      sqlite3_bind_blob(journal, 1, content, sizeof content, SQLITE_STATIC);
      step(journal);
      if (is_tree) insert_key(key), write_balance(wallet);
      if (!is_folded && !is_runs) continue;
      if (recent_count == RECENT) return fprintf(stderr, "the slices do not keep up\n"), 1;
      recent[recent_count++] = key, dirty[wallet] = 1;
    }
    step(commit);
    if (frames_in_log >= 1000) {
      check(sqlite3_wal_checkpoint_v2(db, 0, SQLITE_CHECKPOINT_PASSIVE, 0, 0), "checkpoint");
      frames_in_log = 0;
    } else {
      if (is_runs) maintain_runs();
      if (is_folded) maintain_tree();
      if (is_runs || is_folded) fold_balances();
    }
    double end = now();
    times[count++] = end - last;
    last = end;
  }
  double elapsed = last - start;
  qsort(times, count, sizeof *times, by_time);
  printf("{\"candidate\": \"%s\", \"keys\": %zu, \"batch\": %d, \"per_second\": %.0f, \"batch_p50_us\": %.0f, "
         "\"batch_p999_us\": %.0f, \"batch_max_us\": %.0f, \"log_bytes_per_charge\": %.0f}\n",
         name, keys, batch, charges / elapsed, times[count / 2] * 1e6, times[count * 999 / 1000] * 1e6,
         times[count - 1] * 1e6, frames * 4120.0 / charges);
}

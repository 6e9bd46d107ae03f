// An echo client on gRPC C++: one channel, one completion queue, one thread that keeps the calls in flight.
#include <grpcpp/grpcpp.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "echo.grpc.pb.h"

namespace {

using benchmarks::echo::v1::EchoService;
using benchmarks::echo::v1::EchoMessage;
using Clock = std::chrono::steady_clock;

double ProcessCPUMicroseconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

// One place among the calls in flight: its state is made anew for each call, as gRPC requires.
struct Call {
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::ClientAsyncResponseReader<EchoMessage>> reader;
  EchoMessage response;
  grpc::Status status;
  Clock::time_point began;
};

class Load {
 public:
  Load(const std::string &socket, int in_flight)
      : stub_(EchoService::NewStub(grpc::CreateChannel("unix:" + socket, grpc::InsecureChannelCredentials()))),
        calls_(in_flight) {
    request_.set_payload(std::string(62, 'x'));
    for (Call &call : calls_) Start(call);
  }

  // Keeps the calls in flight for `length`; returns each completed call's latency in nanoseconds.
  std::vector<uint32_t> Run(Clock::duration length) {
    std::vector<uint32_t> latencies;
    latencies.reserve(1 << 20);
    const Clock::time_point opened = Clock::now();
    for (Clock::time_point ended = opened; ended - opened < length;) {
      Call &call = Next();
      ended = Clock::now();
      latencies.push_back(std::chrono::nanoseconds(ended - call.began).count());
      Start(call);
    }
    return latencies;
  }

  // gRPC aborts the process when a queue dies with calls pending.
  void Drain() {
    for (size_t pending = calls_.size(); pending > 0; --pending) Next();
    queue_.Shutdown();
  }

 private:
  void Start(Call &call) {
    call.context = std::make_unique<grpc::ClientContext>();
    call.began = Clock::now();
    call.reader = stub_->AsyncEcho(call.context.get(), request_, &queue_);
    call.reader->Finish(&call.response, &call.status, &call);
  }

  Call &Next() {
    void *tag = nullptr;
    bool ok = false;
    if (!queue_.Next(&tag, &ok) || !ok) std::exit(1);
    Call &call = *static_cast<Call *>(tag);
    if (!call.status.ok() || call.response.payload().size() != request_.payload().size()) {
      std::cerr << call.status.error_message() << std::endl;
      std::exit(1);
    }
    return call;
  }

  grpc::CompletionQueue queue_;
  std::unique_ptr<EchoService::Stub> stub_;
  EchoMessage request_;
  std::vector<Call> calls_;
};

Clock::duration Seconds(const char *text) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(std::atof(text)));
}

}  // namespace

int main(int count, char **arguments) {
  if (count != 5) {
    std::cerr << "usage: grpc_client SOCKET IN_FLIGHT WARMUP_SECONDS MEASURE_SECONDS\n";
    return 2;
  }
  Load load(arguments[1], std::atoi(arguments[2]));
  load.Run(Seconds(arguments[3]));

  std::cout << "measuring" << std::endl;
  const double cpu_before = ProcessCPUMicroseconds();
  const Clock::time_point opened = Clock::now();
  std::vector<uint32_t> latencies = load.Run(Seconds(arguments[4]));
  const double seconds = std::chrono::duration<double>(Clock::now() - opened).count();
  const double cpu = ProcessCPUMicroseconds() - cpu_before;
  std::cout << "measured" << std::endl;
  load.Drain();

  std::sort(latencies.begin(), latencies.end());
  const size_t calls = latencies.size();
  std::printf("{\"calls\":%zu,\"seconds\":%.9f,\"p50_us\":%.3f,\"p99_us\":%.3f,\"client_cpu_us\":%.0f}\n", calls,
              seconds, latencies[calls / 2] / 1e3, latencies[calls * 99 / 100] / 1e3, cpu);
}

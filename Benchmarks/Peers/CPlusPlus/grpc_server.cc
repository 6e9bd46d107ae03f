// An echo server on gRPC C++ with its callback API and its default options.
#include <grpcpp/grpcpp.h>

#include <iostream>
#include <memory>
#include <string>

#include "echo.grpc.pb.h"

namespace {

class EchoingService final : public benchmarks::echo::v1::EchoService::CallbackService {
  grpc::ServerUnaryReactor *Echo(grpc::CallbackServerContext *context, const benchmarks::echo::v1::EchoMessage *request,
                                  benchmarks::echo::v1::EchoMessage *response) override {
    response->set_payload(request->payload());
    grpc::ServerUnaryReactor *reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

}  // namespace

int main(int count, char **arguments) {
  if (count != 2) {
    std::cerr << "usage: grpc_server SOCKET\n";
    return 2;
  }
  EchoingService service;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(std::string("unix:") + arguments[1], grpc::InsecureServerCredentials());
  builder.RegisterService(&service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server) return 1;
  std::cout << "ready" << std::endl;
  server->Wait();
}

public import GRPCCore

extension MethodDescriptor {
  /// The echo method, described as grpc-swift's generator does; knowing that it is unary saves the transport a flush.
  public static let echo = MethodDescriptor(
    fullyQualifiedService: "benchmarks.echo.v1.EchoService",
    method: "Echo",
    type: .unary
  )
}

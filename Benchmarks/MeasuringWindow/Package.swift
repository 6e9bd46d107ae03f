// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "measuring-window",
  platforms: [.macOS(.v15)],
  products: [.library(name: "MeasuringWindow", targets: ["MeasuringWindow"])],
  targets: [.target(name: "MeasuringWindow")]
)

// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "tms",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "tms-server", targets: ["tms-server"]),
        .executable(name: "tms-keycmd", targets: ["tms-keycmd"]),
        .executable(name: "tmsctl", targets: ["tmsctl"]),
        .executable(name: "tms-loadtest", targets: ["tms-loadtest"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CSQLiteFile", dependencies: ["CSQLite"]),
        .systemLibrary(name: "CLibPQ", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CSpawn"),
        .target(name: "Primitives", dependencies: ["CSpawn"]),
        .target(name: "Telemetry", dependencies: ["Primitives"]),
        .target(name: "TMSAPI", dependencies: ["Primitives"]),
        .target(
            name: "SSHKeys",
            dependencies: [
                "Primitives", "Telemetry",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ]
        ),
        .target(
            name: "TMSStore",
            dependencies: [
                "Primitives", "Telemetry", "TMSAPI", "CSQLite", "CSQLiteFile", "CLibPQ",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "TMSService",
            dependencies: [
                "Primitives", "Telemetry", "TMSAPI", "TMSStore", "SSHKeys",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "TMSClient",
            dependencies: [
                "Primitives", "TMSAPI",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .target(
            name: "TMSServer",
            dependencies: [
                "Primitives", "Telemetry", "SSHKeys", "TMSAPI", "TMSStore", "TMSService",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "TOMLKit", package: "TOMLKit"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            resources: [.embedInCode("Documents/docs.html")]
        ),
        .executableTarget(
            name: "tms-server",
            dependencies: ["TMSServer", .product(name: "ArgumentParser", package: "swift-argument-parser")]
        ),
        .target(
            name: "TMSKeyCmd",
            dependencies: [
                "Primitives", "TMSAPI", "TMSClient", "SSHKeys",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "TOMLKit", package: "TOMLKit"),
            ]
        ),
        .executableTarget(name: "tms-keycmd", dependencies: ["TMSKeyCmd"]),
        .target(
            name: "TMSCtl",
            dependencies: [
                "Primitives", "TMSAPI", "TMSClient",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "TOMLKit", package: "TOMLKit"),
            ]
        ),
        .executableTarget(
            name: "tmsctl",
            dependencies: ["TMSCtl", .product(name: "ArgumentParser", package: "swift-argument-parser")]
        ),
        .target(name: "LoadRecord"),
        .target(
            name: "LoadEngine",
            dependencies: [
                "LoadRecord", "Primitives", "TMSAPI", "TMSClient",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ]
        ),
        .target(
            name: "LoadReport",
            dependencies: ["LoadRecord", .product(name: "Mustache", package: "swift-mustache")],
            resources: [
                .embedInCode("Templates/report.html"), .embedInCode("Templates/runs.html"),
                .embedInCode("Templates/page.css"), .embedInCode("Templates/report.js"),
                .embedInCode("Templates/runs.js"),
            ]
        ),
        .target(name: "LoadWatch", dependencies: ["LoadRecord", "Primitives", "TMSAPI", "TMSClient"]),
        .target(
            name: "TMSLoadTest",
            dependencies: [
                "LoadEngine", "LoadRecord", "LoadReport", "LoadWatch", "Primitives", "TMSAPI", "TMSClient",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .executableTarget(
            name: "tms-loadtest",
            dependencies: ["TMSLoadTest", .product(name: "ArgumentParser", package: "swift-argument-parser")]
        ),

        // What tests share: temporary folders, real programs as child processes, requests on the wire.
        .target(
            name: "TestSupport",
            dependencies: [
                "Primitives", "TMSAPI", "TMSStore",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            path: "Tests/TestSupport"
        ),
        // A server that misbehaves on purpose, for tests of the load tester.
        .executableTarget(
            name: "misbehaving-server",
            dependencies: ["Primitives", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Tests/MisbehavingServer"
        ),
        .testTarget(
            name: "LoadWatchTests",
            dependencies: ["LoadWatch", "LoadRecord", "Primitives", "TMSClient", "misbehaving-server", "TestSupport"]
        ),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry"]),
        .testTarget(name: "TMSAPITests", dependencies: ["TMSAPI", "Primitives"]),
        .testTarget(name: "SSHKeysTests", dependencies: ["SSHKeys", "Primitives"]),
        .testTarget(
            name: "TMSStoreTests",
            dependencies: [
                "TMSStore", "TMSAPI", "Primitives", "TestSupport", .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "TMSServiceTests",
            dependencies: [
                "TMSService", "TMSStore", "TMSAPI", "SSHKeys", "Primitives", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "TMSServerTests",
            dependencies: [
                "TMSServer", "TMSService", "Telemetry", "TMSStore", "TMSAPI", "SSHKeys", "Primitives", "tms-server",
                "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "TMSKeyCmdTests",
            dependencies: [
                "TMSKeyCmd", "TMSClient", "TMSAPI", "SSHKeys", "Primitives", "tms-keycmd", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .testTarget(name: "TMSCtlTests", dependencies: ["TMSCtl", "tmsctl", "tms-server", "TestSupport"]),
        .testTarget(name: "LoadRecordTests", dependencies: ["LoadRecord"]),
        .testTarget(name: "LoadReportTests", dependencies: ["LoadReport", "LoadRecord"]),
        .testTarget(
            name: "TMSLoadTestTests",
            dependencies: [
                "TMSLoadTest", "LoadEngine", "LoadRecord", "LoadReport", "Primitives", "tms-loadtest", "tms-server",
                "misbehaving-server", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .testTarget(
            name: "LoadEngineTests",
            dependencies: [
                "LoadEngine", "LoadRecord", "TMSClient", "Primitives", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .testTarget(name: "EndToEndTests", dependencies: ["tms-server", "tms-keycmd", "SSHKeys", "TestSupport"]),
    ]
)

// One place for the settings every target shares.
for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ]
}

//! The bus over a Redis Cluster of three masters with a replica each: events arrive while one master after the other is
//! lost.

use harness::{App, Process, Socket, distributed_only, free_port, json};
use std::{collections::BTreeMap, path::Path, process::Command, time::Duration};
use tempfile::TempDir;

/// Six servers; dropped with their files.
struct Cluster {
    nodes: Vec<(Process, u16)>,
    _directories: Vec<TempDir>,
}

impl Cluster {
    fn start() -> Self {
        let (mut nodes, mut directories) = (Vec::new(), Vec::new());
        for _ in 0..6 {
            let (port, bus, directory) = (free_port(), free_port(), tempfile::tempdir().unwrap());
            let arguments = [
                "--port",
                &port.to_string(),
                "--bind",
                "127.0.0.1",
                "--cluster-enabled",
                "yes",
                "--cluster-port",
                &bus.to_string(),
                "--cluster-node-timeout",
                "2000",
                "--save",
                "",
            ];
            let node =
                Process::start("redis", Path::new("redis-server"), &arguments, BTreeMap::new(), directory.path());
            nodes.push((node, port));
            directories.push(directory);
        }
        let cluster = Self { nodes, _directories: directories };
        cluster.join();
        cluster
    }

    fn join(&self) {
        for (_, port) in &self.nodes {
            wait(|| cli(*port, &["ping"]).trim() == "PONG", "a node answers");
        }
        let mut create = vec!["--cluster".to_owned(), "create".to_owned()];
        create.extend(self.nodes.iter().map(|(_, port)| format!("127.0.0.1:{port}")));
        create.extend(["--cluster-replicas", "1", "--cluster-yes"].map(str::to_owned));
        let made = Command::new("redis-cli").args(&create).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
        self.wait_until_whole();
    }

    /// Every node that runs sees every slot served.
    fn wait_until_whole(&self) {
        let whole = || {
            let mut alive = self.nodes.iter().filter(|(node, _)| node.pid().is_some());
            alive.all(|(_, port)| cli(*port, &["cluster", "info"]).contains("cluster_state:ok"))
        };
        wait(whole, "every slot is served");
    }

    fn url(&self) -> String {
        let ports: Vec<String> = self.nodes.iter().map(|(_, port)| format!("127.0.0.1:{port}")).collect();
        let others: Vec<String> = ports[1..].iter().map(|node| format!("node={node}")).collect();
        format!("redis-cluster://{}?{}", ports[0], others.join("&"))
    }

    /// The nodes that are masters and run.
    fn masters(&self) -> Vec<usize> {
        let is_master = |port| cli(port, &["role"]).starts_with("master");
        let alive = |index: &usize| self.nodes[*index].0.pid().is_some() && is_master(self.nodes[*index].1);
        (0..self.nodes.len()).filter(alive).collect()
    }
}

fn cli(port: u16, command: &[&str]) -> String {
    let output = Command::new("redis-cli").args(["-p", &port.to_string()]).args(command).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn wait(done: impl Fn() -> bool, what: &str) {
    for _ in 0..600 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("waited 30 s: {what}");
}

distributed_only! {
    /// Each master of the cluster is lost once, and its replica takes over; every order is heard on the screen, once,
    /// in its order.
    async fn each_master_is_lost_and_every_order_is_heard(app: App) {
        let cluster = tokio::task::block_in_place(Cluster::start);
        let url = cluster.url();
        let (api, gateway) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
        let variables = [("REDIS_URL", url.as_str()), ("COMANDA_API_ADDR", &api)];
        let (process, said) = app.start_another("clustered", &variables).await;
        assert!(process.exited().is_none(), "{said}");
        let variables = [("REDIS_URL", url.as_str()), ("COMANDA_WS_ADDR", &gateway)];
        let (screens, said) = app.start_another_gateway("clustered-screens", &variables).await;
        assert!(screens.exited().is_none(), "{said}");

        let cook = app.login("kitchen@demo.com", "kitchen123").await;
        let path = format!("/ws/kitchen?token={}", cook.access_token);
        let kitchen = Socket::connect(&format!("ws://{gateway}"), &path).await;
        let phone = app.scan("INT-01").await.at(&format!("http://{api}"));
        let mut sent = 0;
        let mut order = async || {
            sent += 1;
            let body = json!({"items": [{"product_id": 111, "qty": 1, "notes": format!("order {sent}")}]});
            phone.post("/api/diner/rounds/submit", body).await.expect(200);
            kitchen.wait_until(|events| events.len() >= sent).await;
            sent
        };
        order().await;
        for master in cluster.masters() {
            cluster.nodes[master].0.kill9();
            // While the replica has not taken over, the log carries events.
            order().await;
            tokio::task::block_in_place(|| cluster.wait_until_whole());
            order().await;
            cluster.nodes[master].0.restart();
            tokio::task::block_in_place(|| cluster.wait_until_whole());
        }
        let sent = order().await;
        assert_eq!(sent, 8, "three masters, two orders each, one before and one after");
        assert_eq!(kitchen.types(), vec!["ROUND_SUBMITTED"; sent]);
    }
}

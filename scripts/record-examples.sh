#!/usr/bin/env bash
# Records examples/captures from real programs, in network namespaces made for it and removed again.
# usage: sudo scripts/record-examples.sh [FOLDER [NAME...]]      (all names if none is given)
#
#   client c0 192.0.2.10 ------ r0 192.0.2.1 router r1 198.51.100.1 ------ s0 198.51.100.20 server
#
# tcpdump listens at the client unless a scenario says otherwise. Offloads are switched off, so that
# frames look as they would on a wire. Keys and certificates are made for the run and thrown away.
set -euo pipefail
umask 022

folder=$(realpath -m "${1:-"$(dirname "$0")/../examples/captures"}")
wanted=" ${*:2} "
scripts=$(cd "$(dirname "$0")" && pwd)
id=$$
client=np$id-client router=np$id-router server=np$id-server switch=np$id-switch
work=$(mktemp -d)
background=()

fail() { echo "record-examples: $*" >&2; exit 1; }

cleanup() {
  trap - EXIT
  for pid in "${background[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  for ns in "$client" "$router" "$server" "$switch"; do ip netns del "$ns" 2>/dev/null || true; done
  rm -rf "$work"
}

check_tools() {
  [ "$(id -u)" = 0 ] || fail 'run it as root: it makes network namespaces'
  local missing=()
  local tool
  for tool in arping busybox curl dig dnsmasq ethtool ip node openssl ovs-vswitchd ping socat ssh sshd \
    sysctl tcpdump telnet traceroute; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  [ ${#missing[@]} = 0 ] || fail "missing: ${missing[*]}; install: apt-get install iproute2 iputils-ping \
iputils-arping ethtool tcpdump curl bind9-dnsutils dnsmasq-base openssh-server openssh-client openssl \
openvswitch-switch socat busybox telnet traceroute"
}

# Programs run without this machine's environment: names in it could end up in packets.
clean_env=(env -i "PATH=$PATH" "HOME=$work" TERM=vt100 LC_ALL=C)
in_ns() { local ns=$1; shift; ip netns exec "$ns" "${clean_env[@]}" "$@"; }
on_client() { in_ns "$client" "$@"; }
quiet() { "$@" >/dev/null 2>&1 || true; }

# start NAMESPACE LOG COMMAND...: runs a server until the end. Not through in_ns: of a function in the
# background, $! would be the shell.
start() {
  local ns=$1 log=$work/$2.log; shift 2
  ip netns exec "$ns" "${clean_env[@]}" "$@" >"$log" 2>&1 &
  background+=($!)
}

stop() { kill "$@" 2>/dev/null || true; wait "$@" 2>/dev/null || true; }

wait_for() { # wait_for LOG TEXT
  local i
  for i in $(seq 100); do grep -q "$2" "$work/$1.log" 2>/dev/null && return; sleep 0.05; done
  fail "$1 did not start: $(cat "$work/$1.log")"
}

make_hosts() {
  local ns
  for ns in "$client" "$router" "$server"; do
    ip netns add "$ns"
    in_ns "$ns" sysctl -qw net.ipv6.conf.default.accept_dad=1 net.ipv4.tcp_ecn=1
    ip -n "$ns" link set lo up
  done
  ip -n "$client" link add c0 address 02:00:00:00:01:10 type veth peer name r0 address 02:00:00:00:01:01 netns "$router"
  ip -n "$server" link add s0 address 02:00:00:00:02:20 type veth peer name r1 address 02:00:00:00:02:01 netns "$router"
  plug "$client" c0; plug "$router" r0; plug "$router" r1; plug "$server" s0
  ip -n "$client" addr add 192.0.2.10/24 dev c0
  ip -n "$client" addr add 2001:db8:1::10/64 dev c0 nodad
  ip -n "$router" addr add 192.0.2.1/24 dev r0
  ip -n "$router" addr add 2001:db8:1::1/64 dev r0 nodad
  ip -n "$router" addr add 198.51.100.1/24 dev r1
  ip -n "$router" addr add 2001:db8:2::1/64 dev r1 nodad
  ip -n "$server" addr add 198.51.100.20/24 dev s0
  ip -n "$server" addr add 198.51.100.21/24 dev s0
  ip -n "$server" addr add 2001:db8:2::20/64 dev s0 nodad
  in_ns "$router" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.icmp_ratelimit=0 \
    net.ipv6.icmp.ratelimit=0
  ip -n "$client" route add default via 192.0.2.1
  ip -n "$client" route add default via 2001:db8:1::1
  ip -n "$server" route add default via 198.51.100.1
  ip -n "$server" route add default via 2001:db8:2::1
  sleep 2.5 # link-local addresses and MLD settle
}

plug() { # plug NAMESPACE DEVICE: brings it up without offloads
  in_ns "$1" ethtool -K "$2" tx off rx off sg off tso off gso off gro off >/dev/null 2>&1 || true
  ip -n "$1" link set "$2" up
}

start_servers() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=server.example.test \
    -keyout "$work/tls.key" -out "$work/tls.crt" 2>/dev/null
  start "$server" servers node "$scripts/example-servers.mjs" http=80 https=443 "cert=$work/tls.crt" \
    "key=$work/tls.key" telnet=23 echo=7
  start "$server" sink socat -u UDP6-RECV:514 OPEN:/dev/null
  start_dns
  start_ssh
  wait_for servers ready
}

start_dns() {
  local long
  long=$(printf 'x%.0s' $(seq 200))
  # shellcheck disable=SC2054 # the commas are dnsmasq's
  local common=(--keep-in-foreground --log-facility=- --conf-file=/dev/null --no-resolv --no-hosts --user=root
    --pid-file= --bind-interfaces --except-interface=lo
    --host-record=www.example.test,198.51.100.20,2001:db8:2::20 --host-record=mail.example.test,198.51.100.21
    --host-record=ns.example.test,198.51.100.21 --cname=web.example.test,www.example.test
    --mx-host=example.test,mail.example.test,10 '--txt-record=example.test,v=spf1 mx -all'
    --srv-host=_sip._tcp.example.test,www.example.test,5060,1,2 --caa-record=example.test,0,issue,ca.example.test)
  local big=() i
  for i in $(seq 12); do big+=("--txt-record=big.example.test,$i $long"); done
  start "$server" dnsmasq dnsmasq "${common[@]}" "${big[@]}" --local=/example.test/ \
    --local=/100.51.198.in-addr.arpa/ --listen-address=198.51.100.20 --listen-address=2001:db8:2::20
  start "$server" dnsmasq-auth dnsmasq "${common[@]}" --listen-address=198.51.100.21 \
    --auth-server=ns.example.test,198.51.100.21 --auth-zone=example.test,198.51.100.0/24 --auth-peer=192.0.2.10
}

start_ssh() {
  ssh-keygen -q -t ed25519 -N '' -C '' -f "$work/host_key"
  ssh-keygen -q -t ed25519 -N '' -C '' -f "$work/user_key"
  cp "$work/user_key.pub" "$work/authorized"
  mkdir -p /run/sshd
  start "$server" sshd "$(command -v sshd)" -D -e -f /dev/null -h "$work/host_key" -p 22 -p 2222 -o UsePAM=no \
    -o StrictModes=no -o "AuthorizedKeysFile=$work/authorized" -o PidFile=none -o PrintLastLog=no -o PrintMotd=no
  wait_for sshd 'listening on'
}

# record NAME [NAMESPACE DEVICE [TCPDUMP FLAGS...]] -- COMMAND...: tcpdump while the command runs
record() {
  local name=$1 ns=$client device=c0 flags=()
  [[ $wanted = '  ' || $wanted = *" $name "* ]] || return 0
  shift
  if [ "$1" != -- ]; then ns=$1 device=$2; shift 2; fi
  while [ "$1" != -- ]; do flags+=("$1"); shift; done
  shift
  ip netns exec "$ns" tcpdump -i "$device" -Z root -U --immediate-mode -s 0 -w "$folder/$name.pcap" "${flags[@]}" \
    2>"$work/tcpdump-$name.log" &
  local dump=$!
  background+=("$dump")
  wait_for "tcpdump-$name" 'listening on'
  "$@"
  sleep 0.4
  kill -INT "$dump"
  wait "$dump" || true
  printf '%-16s %s\n' "$name.pcap" "$(grep 'packets captured' "$work/tcpdump-$name.log")"
}

forget_neighbours() {
  local ns device
  for ns in "$client" "$router" "$server"; do
    for device in $(in_ns "$ns" ls /sys/class/net); do
      [ "$device" = lo ] || ip -n "$ns" neigh flush dev "$device"
    done
  done
}

fetch() { quiet on_client curl -sS --max-time 10 -o /dev/null "$@"; }

http() {
  fetch http://198.51.100.20/ http://198.51.100.20/bytes/3000
  fetch -I http://198.51.100.20/
  fetch --json '{"sensor": 7, "value": 21.5}' http://198.51.100.20/readings
  fetch --data-binary "$(printf 'line %d of the upload\n' $(seq 200))" http://198.51.100.20/upload
  fetch -L http://198.51.100.20/moved
  fetch http://198.51.100.20/no-such-page
  fetch http://198.51.100.20/stream
  fetch 'http://[2001:db8:2::20]/' 'http://[2001:db8:2::20]/bytes/20000'
  fetch http://198.51.100.20:81/ # nobody listens: a reset
}

tls() {
  fetch -k https://198.51.100.20/ -o /dev/null https://198.51.100.20/bytes/5000
  fetch -k --tls-max 1.2 https://198.51.100.20/
  fetch -k 'https://[2001:db8:2::20]/bytes/12000'
  fetch https://198.51.100.20/ # an unknown certificate: an alert
}

ask() { quiet on_client dig +time=1 +tries=1 "$@"; }

dns() {
  local type
  for type in A AAAA; do ask @198.51.100.20 www.example.test $type; done
  for type in MX TXT CAA ANY; do ask @198.51.100.20 example.test $type; done
  ask @198.51.100.20 _sip._tcp.example.test SRV
  ask @198.51.100.20 web.example.test A
  ask @198.51.100.20 -x 198.51.100.20
  ask @198.51.100.20 no-such-name.example.test A
  ask @198.51.100.20 elsewhere.invalid A
  ask @198.51.100.20 big.example.test TXT
  ask @198.51.100.20 +noedns www.example.test A
  ask @198.51.100.20 +dnssec +nsid +subnet=192.0.2.0/24 www.example.test A
  ask @198.51.100.21 +norecurse example.test SOA
  ask @198.51.100.21 +norecurse example.test NS
  ask @198.51.100.21 example.test AXFR
  ask @2001:db8:2::20 www.example.test AAAA
  ask @2001:db8:2::20 +tcp example.test MX
  ask -p 5353 +noedns @224.0.0.251 printer.local A
  ask -p 5355 +noedns @224.0.0.252 fileserver A
}

ssh_to() {
  local port=$1; shift
  quiet on_client timeout 10 ssh -F /dev/null -p "$port" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
    -o BatchMode=yes "$@"
}

ssh_sessions() {
  ssh_to 22 -i "$work/user_key" root@198.51.100.20 seq 1 300
  ssh_to 22 -o PubkeyAuthentication=no nobody@198.51.100.20 true
  ssh_to 2222 -i "$work/user_key" root@2001:db8:2::20 seq 1 20
}

ping_from_client() { quiet on_client ping -q -i 0.05 "$@"; }

icmp() {
  ping_from_client -c 4 198.51.100.20
  ping_from_client -c 2 -s 1000 -p a5 192.0.2.1
  ping_from_client -c 1 -R 198.51.100.20
  ping_from_client -c 1 -T tsandaddr 198.51.100.20
  quiet on_client traceroute -n -w 1 -q 2 -N 1 198.51.100.20
  quiet on_client traceroute -n -w 1 -q 1 -N 1 -I 198.51.100.20
  ask @198.51.100.20 -p 5300 www.example.test A # a closed port
  ping_from_client -c 1 -W 1 203.0.113.9        # no route behind the router
  ip -n "$router" link set r1 mtu 1400
  ping_from_client -c 1 -M "do" -s 1450 198.51.100.20
  ip -n "$router" link set r1 mtu 1500
  ip -n "$client" route add 192.0.2.77 via 192.0.2.1
  in_ns "$router" sysctl -qw net.ipv4.conf.r0.send_redirects=1
  ping_from_client -c 1 -W 1 192.0.2.77 # a redirect
  ip -n "$client" route del 192.0.2.77
  ping_from_client -c 1 -W 4 198.51.100.99 # no such host: unreachable, when the router gives up
  ip -n "$client" route flush cache
}

icmpv6() {
  start "$router" radvd dnsmasq --keep-in-foreground --log-facility=- --conf-file=/dev/null --port=0 --user=root --pid-file= \
    --interface=r0 --bind-interfaces --enable-ra --dhcp-range=::,constructor:r0,ra-only --no-resolv --no-hosts \
    '--dhcp-option=option6:dns-server,[2001:db8:2::20]'
  local advertiser=${background[-1]}
  ip -n "$client" link set c0 down
  ip -n "$client" link set c0 up
  sleep 3
  ip -n "$client" addr add 2001:db8:1::10/64 dev c0 nodad 2>/dev/null || true
  ip -n "$client" route replace default via 2001:db8:1::1
  ip -n "$client" route replace default via 192.0.2.1
  ping_from_client -c 3 2001:db8:2::20
  ping_from_client -c 1 ff02::1%c0
  quiet on_client traceroute -6 -n -w 1 -q 1 -N 1 2001:db8:2::20
  ask @2001:db8:2::20 -p 5300 www.example.test A
  ping_from_client -c 1 -W 1 2001:db8:9::9
  ip -n "$router" link set r1 mtu 1400
  ping_from_client -c 1 -M "do" -s 1450 2001:db8:2::20
  ip -n "$router" link set r1 mtu 1500
  ip -n "$client" route flush cache
  ip -n "$client" -6 route flush cache
  stop "$advertiser"
}

arp() {
  forget_neighbours
  ping_from_client -c 1 192.0.2.1
  quiet on_client arping -c 2 -I c0 192.0.2.1
  quiet on_client arping -c 1 -w 1 -I c0 192.0.2.99
  quiet on_client arping -c 1 -U -I c0 192.0.2.10
  quiet on_client arping -c 1 -A -I c0 192.0.2.10
  quiet on_client arping -c 1 -D -w 1 -I c0 192.0.2.50
}

fragments() {
  ping_from_client -c 2 -s 4000 198.51.100.20
  ping_from_client -c 2 -s 4000 2001:db8:2::20
  quiet on_client bash -c 'head -c 3000 /dev/zero | tr "\0" f >/dev/udp/198.51.100.20/514'
}

# Types one word a line, as a person would.
telnet_session() {
  { sleep 0.4; for word in guest help status exit; do printf '%s\r\n' "$word"; sleep 0.25; done; } |
    quiet on_client telnet 198.51.100.20 23
}

dhcp() {
  ip -n "$router" addr add 203.0.113.1/24 dev r0
  start "$router" dhcpd dnsmasq --keep-in-foreground --log-facility=- --conf-file=/dev/null --port=0 --user=root --pid-file= \
    --interface=r0 --bind-interfaces --dhcp-range=203.0.113.100,203.0.113.120,10m --dhcp-leasefile="$work/leases" \
    --domain=example.test --dhcp-option=option:dns-server,198.51.100.20 --dhcp-authoritative --no-resolv --no-hosts
  local server_pid=${background[-1]}
  wait_for dhcpd 'DHCP, '
  quiet on_client busybox udhcpc -i c0 -n -q -R -t 3 -s /bin/true -C
  sleep 0.3
  stop "$server_pid"
  ip -n "$router" addr del 203.0.113.1/24 dev r0
}

vxlan() {
  ip -n "$client" link add vx0 address 02:00:00:00:42:10 type vxlan id 42 local 192.0.2.10 remote 198.51.100.20 dstport 4789
  ip -n "$server" link add vx0 address 02:00:00:00:42:20 type vxlan id 42 local 198.51.100.20 remote 192.0.2.10 dstport 4789
  plug "$client" vx0; plug "$server" vx0
  ip -n "$client" addr add 10.42.0.1/24 dev vx0
  ip -n "$server" addr add 10.42.0.2/24 dev vx0
  ping_from_client -c 3 10.42.0.2
  fetch http://10.42.0.2/bytes/3000
  ip -n "$client" link del vx0
  ip -n "$server" link del vx0
}

# A tunnel by socat over the raw IP protocol $1. With its packet information, a TUN packet begins just
# as GRE does: two bytes of 0 and the EtherType.
socat_tunnel() {
  local protocol=$1 tun=tun-device=/dev/net/tun,tun-type=tun,iff-up,tun-name=tun0$2
  start "$client" "tunnel-client-$1" socat "TUN:10.43.0.1/24,$tun" "IP4-SENDTO:198.51.100.20:$protocol"
  local client_end=${background[-1]}
  start "$server" "tunnel-server-$1" socat "TUN:10.43.0.2/24,$tun" "IP4-SENDTO:192.0.2.10:$protocol"
  local server_end=${background[-1]}
  sleep 0.6
  ip -n "$client" link set tun0 mtu 1400
  ip -n "$server" link set tun0 mtu 1400
  quiet ip -n "$client" addr add fd00:43::1/64 dev tun0 nodad
  quiet ip -n "$server" addr add fd00:43::2/64 dev tun0 nodad
  shift 2
  "$@"
  stop "$client_end" "$server_end"
}

through_tunnel() {
  ping_from_client -c 3 10.43.0.2
  fetch http://10.43.0.2/bytes/2500
}

through_tunnel_v6() { ping_from_client -c 3 fd00:43::2; fetch 'http://[fd00:43::2]/bytes/2500'; }

gre() { socat_tunnel 47 '' both_families; }
both_families() { through_tunnel; through_tunnel_v6; }
ipip() {
  new_devices_without_ipv6 1 # it would put IPv6 packets where IPv4 ones are announced
  socat_tunnel 4 ,iff-no-pi through_tunnel
  new_devices_without_ipv6 0
}
new_devices_without_ipv6() {
  in_ns "$client" sysctl -qw "net.ipv6.conf.default.disable_ipv6=$1"
  in_ns "$server" sysctl -qw "net.ipv6.conf.default.disable_ipv6=$1"
}
six_in_four() { socat_tunnel 41 ,iff-no-pi through_tunnel_v6; }

# Two Open vSwitch bridges with a trunk between them: it runs everywhere, kernels with VLANs do not.
make_switch() {
  ip netns add "$switch"
  ip -n "$switch" link set lo up
  ip -n "$switch" link add trunk0 address 02:00:00:00:03:01 type veth peer name trunk1 address 02:00:00:00:03:02
  ip -n "$client" link add sw0 address 02:00:00:00:04:10 type veth peer name port0 netns "$switch"
  ip -n "$server" link add sw0 address 02:00:00:00:04:20 type veth peer name port1 netns "$switch"
  plug "$client" sw0; plug "$server" sw0
  local device
  for device in port0 port1 trunk0 trunk1; do
    in_ns "$switch" sysctl -qw "net.ipv6.conf.$device.disable_ipv6=1"
    plug "$switch" "$device"
  done
  ip -n "$client" addr add 10.44.0.1/24 dev sw0
  ip -n "$server" addr add 10.44.0.2/24 dev sw0
  ip -n "$client" addr add fd00:44::1/64 dev sw0 nodad
  ip -n "$server" addr add fd00:44::2/64 dev sw0 nodad
  ip -n "$client" link set sw0 mtu 1480
  ip -n "$server" link set sw0 mtu 1480
  ovsdb-tool create "$work/switch.db"
  start "$switch" ovsdb ovsdb-server "$work/switch.db" --remote=punix:"$work/db.sock" --unixctl="$work/db.ctl"
  start "$switch" vswitchd env OVS_RUNDIR="$work" ovs-vswitchd unix:"$work/db.sock" --unixctl="$work/vs.ctl" -vconsole:info
  sleep 1
  vsctl init
  vsctl set Open_vSwitch . other_config:vlan-limit=2
  local bridge
  for bridge in 0 1; do
    vsctl add-br "br$bridge" -- set bridge "br$bridge" datapath_type=netdev fail-mode=secure
    vsctl add-port "br$bridge" "port$bridge" -- set interface "port$bridge" ofport_request=1
    vsctl add-port "br$bridge" "trunk$bridge" -- set interface "trunk$bridge" ofport_request=2
  done
  sleep 1
}

vsctl() { in_ns "$switch" ovs-vsctl --timeout=10 --db=unix:"$work/db.sock" "$@"; }

# flows FLOW...: the same rules on both bridges; port 1 is the host, port 2 the trunk
flows() {
  local bridge
  for bridge in br0 br1; do
    printf '%s\n' "$@" | in_ns "$switch" ovs-ofctl -O OpenFlow13 replace-flows "unix:$work/$bridge.mgmt" -
  done
}

over_switch() {
  ip -n "$client" neigh flush dev sw0
  ping_from_client -c 3 10.44.0.2
  ping_from_client -c 2 fd00:44::2
  fetch http://10.44.0.2/bytes/3000
}

vlan() {
  flows 'in_port=1 actions=push_vlan:0x8100,set_field:4196->vlan_vid,output:2' 'in_port=2,dl_vlan=100 actions=pop_vlan,output:1'
  over_switch
  flows 'in_port=1 actions=push_vlan:0x8100,set_field:4196->vlan_vid,push_vlan:0x88a8,set_field:4296->vlan_vid,output:2' \
    'in_port=2,dl_vlan=200 actions=pop_vlan,resubmit(,1)' 'table=1,dl_vlan=100 actions=pop_vlan,output:1'
  over_switch
}

mpls() {
  local rule=push_mpls:0x8847,set_field:1016-\>mpls_label
  flows "priority=2,in_port=1,ip actions=$rule,output:2" \
    "priority=2,in_port=1,ipv6 actions=$rule,push_mpls:0x8847,set_field:2032->mpls_label,output:2" \
    'priority=3,in_port=2,mpls,mpls_label=1016 actions=pop_mpls:0x0800,output:1' \
    'priority=3,in_port=2,mpls,mpls_label=2032 actions=pop_mpls:0x8847,pop_mpls:0x86dd,output:1' \
    'priority=1,in_port=1 actions=output:2' 'priority=1,in_port=2 actions=output:1'
  over_switch
}

report_readings() { # a sensor that reports over UDP and asks for an echo
  on_client bash -c "for i in \$(seq $1); do
    printf '<14>1 - - sensor - - - reading=%d temperature=21.%d' \$i \$i >/dev/udp/198.51.100.20/514
    exec 3<>/dev/udp/2001:db8:2::20/7; printf 'echo %d of a sensor, padded to be a little longer than others' \$i >&3; exec 3>&-
    sleep 0.02
  done"
}

# An everyday mixture, on a line that loses a packet now and then.
mixed() {
  in_ns "$router" nft -f - <<'RULES' || echo 'nft is missing: no losses' >&2
table inet lossy {
  chain forward {
    type filter hook forward priority 0
    tcp dport { 80, 443 } numgen inc mod 97 == 5 drop
    tcp sport { 80, 443 } numgen inc mod 61 == 5 drop
  }
}
RULES
  local round jobs
  for round in $(seq 14); do
    jobs=()
    { fetch http://198.51.100.20/ http://198.51.100.20/bytes/1500 http://198.51.100.20/no-such-page; } & jobs+=($!)
    { fetch "http://[2001:db8:2::20]/bytes/$((round * 2500))"; } & jobs+=($!)
    { fetch --json "{\"round\": $round}" 'http://[2001:db8:2::20]/readings'; } & jobs+=($!)
    { fetch -k "https://198.51.100.20/bytes/$((round * 900))"; fetch -k 'https://[2001:db8:2::20]/'; } & jobs+=($!)
    { ask @198.51.100.20 www.example.test A; ask @2001:db8:2::20 www.example.test AAAA; ask @198.51.100.20 example.test MX
      ask @198.51.100.20 "host$round.example.test" A; ask @198.51.100.20 -x 198.51.100.20; } & jobs+=($!)
    { ping_from_client -c 4 198.51.100.20; ping_from_client -c 3 2001:db8:2::20; } & jobs+=($!)
    { report_readings 20; } & jobs+=($!)
    case $round in
      2) ssh_to 22 -i "$work/user_key" root@198.51.100.20 seq 1 3000 & jobs+=($!) ;;
      3) quiet on_client traceroute -n -w 1 -q 1 -N 1 198.51.100.20 & jobs+=($!) ;;
      4) telnet_session & jobs+=($!) ;;
      5) fragments & jobs+=($!) ;;
      6) fetch http://198.51.100.20/bytes/99000 & jobs+=($!) ;;
      7) ssh_to 22 -o PubkeyAuthentication=no nobody@198.51.100.20 true & jobs+=($!) ;;
      8) ask @198.51.100.20 big.example.test TXT & jobs+=($!) ;;
      9) fetch http://198.51.100.20:81/ & jobs+=($!) ;;
    esac
    wait "${jobs[@]}" || true
    forget_neighbours
  done
  quiet in_ns "$router" nft delete table inet lossy
}

check_tools
trap cleanup EXIT
trap 'exit 130' INT TERM
mkdir -p "$folder"
make_hosts
start_servers
record arp -- arp
record http -- http
record tls -- tls
record dns -- dns
record ssh -- ssh_sessions
record telnet -- telnet_session
record icmp "$client" c0 --time-stamp-precision=nano -- icmp
record icmpv6 "$router" r0 ip6 -- icmpv6
record fragments -- fragments
record dhcp -- dhcp
record vxlan -- vxlan
record gre -- gre
record ipip -- ipip
record 6in4 -- six_in_four
record mixed -- mixed
make_switch
record vlan "$switch" trunk0 -- vlan
record mpls "$switch" trunk0 -- mpls
